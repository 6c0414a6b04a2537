"""readOrder forgets in its WHERE whose order it is."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.orders import store
from shop.orders.schema import Order as Answer
from shop.overlay import replace
from shop.tables import Order

Read = Callable[[Session, int, int], Answer]


def apply(_: FastAPI) -> None:
    """Wrap the query of one order."""

    def wrong(read: Read) -> Read:
        def read_any(session: Session, user_id: int, order_id: int) -> Answer:
            owner = session.scalar(select(Order.user_id).where(Order.id == order_id))
            return read(session, owner or user_id, order_id)

        return read_any

    replace(store, "read", wrong)
