"""Reading must not write."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS, Severity

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_TRAIL = re.compile(
    r"(?:^|_)(?:last_)?(?:seen|access(?:ed)?|visit(?:ed|s)?|view(?:ed|s)?|used|login|active|activity"
    r"|online|read|download(?:ed|s)?|hits?)(?:_(?:at|on|ts|time|date|ip|count|counter))?$"
    r"|(?:^|_)expires?(?:_at|_on)?$|^expiry$",
    re.IGNORECASE,
)


@check(source="RFC 9110, 9.2.1", applies=lambda x, c: x.request.method in SAFE_METHODS)
def safe_method_writes_nothing(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """GET, HEAD, OPTIONS and TRACE leave the rows of their resource as they were."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    for table, changes in by_table(x.changes).items():
        if table in context.effects:
            continue
        # A `last_seen` or an access log beside the resource is legal: it is told, and fails nothing.
        is_legal = context.resource not in (None, table) or all(map(_is_trail, changes))
        yield Fault(
            title=f"{x.request.method} changed {table}",
            expected=f"no row of {table} changed",
            actual=describe(changes),
            detail=table,
            severity="info" if is_legal else _severity(changes, context),
        )


def _is_trail(change: RowChange) -> bool:
    """Whether only what a reader leaves behind was updated: `last_seen_at`, `view_count`."""
    return change.op == "update" and all(_TRAIL.search(_HUMP.sub("_", c)) for c in change.columns)


def _severity(changes: list[RowChange], context: Context) -> Severity:
    """Rows that are new beside an unknown resource may be a log; a changed or deleted row is none."""
    is_new = all(c.op == "insert" for c in changes)
    return "warning" if context.resource is None and is_new else "error"


def by_table(changes: tuple[RowChange, ...]) -> dict[str, list[RowChange]]:
    """Changes grouped by table, in order of first change."""
    groups: dict[str, list[RowChange]] = {}
    for change in changes:
        groups.setdefault(change.table, []).append(change)
    return groups


def describe(changes: list[RowChange]) -> str:
    """`2 insert, 1 update of price, updated_at (id=5)`: operations counted, updated columns named."""
    counts = Counter(c.op for c in changes)
    columns = sorted({name for c in changes if c.op == "update" for name in c.columns})
    text = ", ".join(f"{n} {op}" for op, n in sorted(counts.items()))
    keys = [", ".join(f"{k}={v}" for k, v in c.key.items()) for c in changes[:3] if c.key]
    return (
        text
        + (f" of {', '.join(columns)}" if columns else "")
        + (f" ({'; '.join(keys)}{' …' if len(changes) > 3 else ''})" if keys else "")
    )
