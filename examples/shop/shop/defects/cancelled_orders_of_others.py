"""listOrders shows everybody's cancelled orders: an OR that should have been an AND."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shop.orders import store
from shop.overlay import replace
from shop.paging import Paging
from shop.tables import Order

Fetch = Callable[..., tuple[list[Order], int]]
Page = Callable[[Session, int, Paging], tuple[list[Order], int]]


def apply(_: FastAPI) -> None:
    """Put another query in the place of one page's."""

    def wrong(_: Page) -> Page:
        def read_too_much(
            session: Session, user_id: int, paging: Paging
        ) -> tuple[list[Order], int]:
            mine = or_(Order.user_id == user_id, Order.status == "cancelled")
            query = select(Order).where(mine)
            fetch: Fetch = vars(store)["fetch_page"]  # as other overlays have left it
            return fetch(session, query, paging, Order.id.desc())

        return read_too_much

    replace(store, "read_page", wrong)
