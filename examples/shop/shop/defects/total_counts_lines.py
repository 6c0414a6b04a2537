"""listOrders counts what a join of orders and their lines gives."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.orders import store
from shop.overlay import replace
from shop.paging import Paging
from shop.tables import Order, OrderLine

Page = Callable[[Session, int, Paging], tuple[list[Order], int]]


def apply(_: FastAPI) -> None:
    """Wrap the query of one page."""

    def wrong(read_page: Page) -> Page:
        def read_and_miscount(
            session: Session, user_id: int, paging: Paging
        ) -> tuple[list[Order], int]:
            rows, _ = read_page(session, user_id, paging)
            joined = select(func.count()).select_from(Order).outerjoin(OrderLine)
            total = session.scalar(joined.where(Order.user_id == user_id)) or 0
            return rows, total

        return read_and_miscount

    replace(store, "read_page", wrong)
