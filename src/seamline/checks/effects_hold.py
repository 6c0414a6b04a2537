"""What people have said that a request writes is all that it writes."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.housekeeping import is_log, telling
from seamline.checks.kinship import Kin
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import by_table, describe
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.model.vocabulary import SAFE_METHODS


def _applies(x: Exchange, context: Context) -> bool:
    return (
        bool(context.effects)
        and x.kind == "positive"
        and x.twist is None
        and x.request.method not in SAFE_METHODS
        and x.succeeded
    )


@check(source="the reviewed `effects`", applies=_applies)
def effects_hold(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """An accepted request writes no table that its `effects` leave out."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    kin = Kin(context.catalog, [c for c in x.changes if c.op == "delete"])
    usual = context.noise.written
    for table, changes in by_table(x.changes).items():
        if table in context.effects or (usual is not None and table not in usual):
            continue
        changed = [c for c in changes if _is_told(c, x, context, kin)]
        changed += [c for c in changes if c.op == "insert"]
        if not changed:
            continue
        is_new = all(c.op == "insert" for c in changed)
        yield Fault(
            title=f"{x.operation} also writes {table}",
            expected=f"rows of {', '.join(sorted(context.effects))} and of no other table",
            actual=describe(changed),
            detail=table,
            severity="info" if is_new and is_log(table) else "warning" if is_new else None,
        )


def _is_told(change: RowChange, x: Exchange, context: Context, kin: Kin) -> bool:
    """Whether a change is none that a foreign key made, nor one of a clock or counter alone.

    What a DELETE removes along is for deleteRemovesOnlyItsRow.
    """
    if change.op == "delete":
        return x.request.method != "DELETE" and not kin.cascades(change)
    if change.op == "insert":
        return False
    table = context.table(change.table)
    keys = {c for k in table.foreign_keys for c in k.columns} if table is not None else set()
    nulled = {c for c in change.columns & keys if (change.after or {}).get(c) is None}
    return bool(telling(change.columns - nulled, change.table, context))
