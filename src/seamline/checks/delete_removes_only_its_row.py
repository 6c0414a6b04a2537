"""The blast radius of a delete."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import by_table, describe
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

_PARAMETER = re.compile(r"\{[^{}/]+\}")


def _applies(x: Exchange, context: Context) -> bool:
    return x.request.method == "DELETE" and x.succeeded and x.status != 202


@check(source="RFC 9110, 9.3.5; the catalog's cascades", applies=_applies)
def delete_removes_only_its_row(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A delete removes (or marks) the row it names, others only where a cascade or `effects` say so."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    if context.resource is None:
        yield Abstain("no table is known for this resource: give `effects` or `columns`")
        return
    if not _PARAMETER.fullmatch(x.operation.rsplit("/", 1)[-1]):
        yield Abstain("a delete of a whole collection")
        return
    touched = [c for c in x.changes if c.table == context.resource and c.op != "insert"]
    if not touched and x.kind == "positive":
        yield Fault(
            title=f"{x.status} answer, no row of {context.resource} removed",
            expected=f"one row of {context.resource} deleted or marked deleted",
            actual=describe(list(x.changes)) or "no row changed at all",
            detail=context.resource,
        )
        return
    yield from _others_of_the_table(x, context, touched)
    yield from _other_tables(x, context)


def _others_of_the_table(
    x: Exchange, context: Context, touched: list[RowChange]
) -> Iterator[Fault]:
    named = unquote(x.request.target.partition("?")[0].rstrip("/").rsplit("/", 1)[-1])
    deleted = [c for c in touched if c.op == "delete"]
    its_own = [c for c in deleted if _names(c, named)]
    others = [c for c in deleted if c not in its_own]
    if its_own and others and not _cascades(context, context.resource, {context.resource or ""}):
        yield Fault(
            title=f"{len(others)} other rows of {context.resource} removed",
            expected=f"only the row of {context.resource} that /{named} names",
            actual=describe(others),
            detail=f"{context.resource} others",
        )


def _other_tables(x: Exchange, context: Context) -> Iterator[Fault]:
    assert x.changes is not None
    groups = by_table(x.changes)
    gone = {t for t, changes in groups.items() if any(c.op == "delete" for c in changes)}
    for table, changes in groups.items():
        deleted = [c for c in changes if c.op == "delete"]
        if table == context.resource or not deleted or "delete" in context.effects.get(table, ()):
            continue
        if not _cascades(context, table, gone):
            yield Fault(
                title=f"rows of {table} removed along",
                expected=f"no row of {table} deleted: no foreign key cascades, `effects` name none",
                actual=describe(deleted),
                detail=table,
            )


def _cascades(context: Context, table: str | None, gone: set[str]) -> bool:
    """Whether the catalog says that rows of `table` go when rows of one of `gone` go."""
    found = context.table(table)
    return found is not None and any(
        k.on_delete == "cascade" and k.table in gone for k in found.foreign_keys
    )


def _names(change: RowChange, named: str) -> bool:
    return any(_text(v) == named for v in (change.before or {}).values())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
