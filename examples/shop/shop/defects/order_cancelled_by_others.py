"""cancelOrder forgets in its WHERE whose order it is."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.orders import store
from shop.orders.schema import Order as Answer
from shop.overlay import replace
from shop.tables import Order
from shop.tokens import Caller

Cancel = Callable[[Session, Caller, int], Answer]


def apply(_: FastAPI) -> None:
    """Wrap the cancelling of an order."""

    def wrong(cancel: Cancel) -> Cancel:
        def cancel_any(session: Session, caller: Caller, order_id: int) -> Answer:
            owner = session.scalar(select(Order.user_id).where(Order.id == order_id))
            return cancel(session, caller.model_copy(update={"sub": owner or caller.sub}), order_id)

        return cancel_any

    replace(store, "cancel", wrong)
