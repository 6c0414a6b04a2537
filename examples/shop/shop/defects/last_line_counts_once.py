"""createOrder stores and answers a total in which the last line's quantity is ignored."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from fastapi import FastAPI

from shop.orders import store
from shop.orders.schema import OrderLine
from shop.overlay import replace

Subtotal = Callable[[Sequence[OrderLine]], Decimal]


def apply(_: FastAPI) -> None:
    """Wrap the sum."""

    def wrong(subtotal: Subtotal) -> Subtotal:
        def subtotal_short(lines: Sequence[OrderLine]) -> Decimal:
            return subtotal(lines[:-1]) + lines[-1].unit_price

        return subtotal_short

    replace(store, "subtotal", wrong)
