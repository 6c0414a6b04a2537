"""Reading must not write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS


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
        is_resource = table == context.resource
        yield Fault(
            title=f"{x.request.method} changed {table}",
            expected=f"no row of {table} changed",
            actual=describe(changes),
            detail=table,
            severity="error" if is_resource or context.resource is None else "info",
        )


def by_table(changes: tuple[RowChange, ...]) -> dict[str, list[RowChange]]:
    """Changes grouped by table, in order of first change."""
    groups: dict[str, list[RowChange]] = {}
    for change in changes:
        groups.setdefault(change.table, []).append(change)
    return groups


def describe(changes: list[RowChange]) -> str:
    """`2 insert, 1 update (price, updated_at)`: operations counted, updated columns named."""
    counts = Counter(c.op for c in changes)
    columns = sorted({name for c in changes if c.op == "update" for name in c.columns})
    text = ", ".join(f"{n} {op}" for op, n in sorted(counts.items()))
    keys = [", ".join(f"{k}={v}" for k, v in c.key.items()) for c in changes[:3] if c.key]
    return (
        text
        + (f" of {', '.join(columns)}" if columns else "")
        + (f" ({'; '.join(keys)}{' …' if len(changes) > 3 else ''})" if keys else "")
    )
