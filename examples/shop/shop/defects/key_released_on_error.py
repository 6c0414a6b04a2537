"""createOrder lets go of its key where the COMMIT fails, even if only its answer was lost."""

from fastapi import FastAPI
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shop import db
from shop.orders import once
from shop.orders.schema import NewOrder, Order
from shop.overlay import replace
from shop.tables import OrderKey
from shop.tokens import Caller

place = once.place


def place_or_release(session: Session, caller: Caller, new: NewOrder, key: str | None) -> Order:
    """Place the order; a client whose order failed may use the key again."""
    order = place(session, caller, new, key)
    try:
        session.commit()
    except DBAPIError:
        session.rollback()
        with Session(db.engine) as other:
            this = (OrderKey.user_id == caller.sub, OrderKey.key == key)
            other.execute(delete(OrderKey).where(*this))
            other.commit()
        raise
    return order


def apply(_: FastAPI) -> None:
    """Replace the placing."""
    replace(once, "place", lambda _: place_or_release)
