"""The order of a list that is asked for in one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from seamline.checks.comparing import compare
from seamline.checks.context import Context
from seamline.checks.listing import Item, asked, is_whole, items_of, key_of
from seamline.checks.registry import Abstain, Fault, check
from seamline.model.exchange import Exchange
from seamline.openapi.narrowing import Order, order_of

SORT = "sort"


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == SORT and bool(x.earlier)


@check(source="the document's own query parameters", applies=_applies)
def sort_obeys(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A list that is asked for in the order of a property stands in it, and holds the same items."""
    whole, items = items_of(x.earlier[0]), items_of(x)
    if not whole or items is None or context.operation is None:
        yield Abstain("there is no list to sort")
        return
    columns = {n: {"type": "string"} for n in whole[0]}
    order = order_of(context.operation, columns, asked(x))
    if order is None:
        yield Abstain("the document does not say by which property the list is sorted")
        return
    words = " ".join(order.query.values())
    if (wrong := _out_of_order(items, order)) is not None:
        yield Fault(
            title=f"the list is not in the order {words}",
            expected=f"{order.item} {'descending' if order.down else 'ascending'}",
            actual=f"{wrong[0][order.item]!r} stands before {wrong[1][order.item]!r}",
            detail=f"order {words}",
        )
    elif is_whole(x, items, context) and is_whole(x.earlier[0], whole, context):
        key = key_of(whole)
        before = {str(i[key]) for i in whole} if key is not None else set()
        if key is not None and before - {str(i.get(key)) for i in items}:
            yield Fault(
                title=f"the list in the order {words} leaves items out",
                expected=f"the same {len(whole)} items as without an order",
                actual=f"{len(items)} items",
                detail=f"left out {words}",
            )


def _out_of_order(items: list[Item], order: Order) -> tuple[Item, Item] | None:
    """Two neighbours that stand the wrong way round; where no direction is said, one each way."""
    up = _first(items, order.item, 1)
    down = _first(items, order.item, -1)
    if order.down is None:
        return up if up is not None and down is not None else None
    return down if order.down else up


def _first(items: list[Item], name: str, sign: int) -> tuple[Item, Item] | None:
    pairs = pairwise(i for i in items if i.get(name) is not None)
    return next((p for p in pairs if compare(p[0][name], p[1][name]) == sign), None)
