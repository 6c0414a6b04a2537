"""How many a list says there are, when one row has been added."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.listing import items_of, key_of, keys, total_of
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.twist is not None
        and x.twist.scenario == "listAfter"
        and x.succeeded
        and len(x.earlier) > 1
        and x.earlier[-2].succeeded
        and x.earlier[-1].succeeded
    )


@check(source="the committed rows", applies=_applies)
def list_count_follows_rows(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """The total of a list goes up by one with one new row, where the list shows that row, else not at all."""
    first, create = x.earlier[-2], x.earlier[-1]
    before, after = total_of(first), total_of(x)
    if before is None or after is None:
        yield Abstain("the list does not say how many there are")
        return
    if create.changes is None:
        yield Abstain("rows are not captured")
        return
    if any(c.table == context.resource for c in x.changes or ()):
        yield Abstain("others write to the table at the same time")
        return
    own = [c for c in create.changes if c.table == context.resource and c.op != "update"]
    if [c.op for c in own] != ["insert"]:
        yield Abstain("no table is known for this list, or not one row was added to it")
        return
    is_shown = _shown(own[0], x) and not _shown(own[0], first)
    if after - before == 1 or (after == before and not is_shown):
        return
    # The rows of other tables that came along are what a join counts.
    yield Fault(
        title=f"one more row of {context.resource}, and the total went from {before} to {after}",
        expected=f"a total of {before + 1}" + ("" if is_shown else f", or {before} as before"),
        actual=str(after),
        detail=context.resource or "",
    )


def _shown(row: RowChange, listed: Exchange) -> bool:
    """Whether the list has an item with the row's key."""
    items = items_of(listed) or []
    name = key_of(items) if items else None
    own = {str(v) for v in row.key.values()}
    return name is not None and len(own) == 1 and bool(own & set(keys(items, name)))
