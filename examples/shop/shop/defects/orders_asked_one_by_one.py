"""listOrders asks for the lines of each order by itself, and shows none."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.orders import store
from shop.overlay import replace
from shop.paging import Paging
from shop.tables import Order

ReadPage = Callable[[Session, int, Paging], tuple[list[Order], int]]


def apply(_: FastAPI) -> None:
    """Wrap the reading of a page."""

    def wrong(read_page: ReadPage) -> ReadPage:
        def read_one_by_one(
            session: Session, user_id: int, paging: Paging
        ) -> tuple[list[Order], int]:
            orders, total = read_page(session, user_id, paging)
            for order in orders:
                store.read_lines(session, order.id)
            return orders, total

        return read_one_by_one

    replace(store, "read_page", wrong)
