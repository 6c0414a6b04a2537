"""cancelOrder gives an order of several lines a status that the shop does not know."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from shop.orders import store
from shop.orders.schema import Order as OrderAnswer
from shop.overlay import replace
from shop.tokens import Caller

Cancel = Callable[[Session, Caller, int], OrderAnswer]


def migrate(connection: Connection) -> None:
    """Let the column take it."""
    connection.execute(text("ALTER TYPE order_status ADD VALUE IF NOT EXISTS 'void'"))
    connection.commit()


def apply(_: FastAPI) -> None:
    """Wrap the cancelling."""

    def wrong(cancel: Cancel) -> Cancel:
        def cancel_oddly(session: Session, caller: Caller, order_id: int) -> OrderAnswer:
            order = cancel(session, caller, order_id)
            if len(order.lines) > 1:
                void = text("UPDATE orders SET status = 'void' WHERE id = :id")
                session.execute(void, {"id": order_id})
            return order

        return cancel_oddly

    replace(store, "cancel", wrong)
