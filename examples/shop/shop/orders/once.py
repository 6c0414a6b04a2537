"""An order that is sent again with its Idempotency-Key is placed once."""

from hashlib import sha256
from typing import Annotated

from fastapi import Header
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shop.orders import store
from shop.orders.schema import NewOrder, Order
from shop.problem import Refusal
from shop.tables import OrderKey
from shop.tokens import Caller

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$", max_length=64)]
IdempotencyKey = Annotated[Key | SkipJsonSchema[None], Header()]


def place(session: Session, caller: Caller, new: NewOrder, key: str | None) -> Order:
    """Place the order; where this key has placed it before, answer that one.

    The key is written first: of two requests at once the later one waits for the earlier one's end.
    """
    if key is None:
        return store.place(session, caller, new)
    digest = sha256(new.model_dump_json().encode()).hexdigest()
    this = (OrderKey.user_id == caller.sub, OrderKey.key == key)
    row = {"user_id": caller.sub, "key": key, "digest": digest}
    is_new = insert(OrderKey).values(row).on_conflict_do_nothing().returning(OrderKey.key)
    if session.scalar(is_new) is None:
        earlier = session.scalars(select(OrderKey).where(*this)).one()
        if earlier.digest != digest or earlier.order_id is None:
            raise Refusal(409, "This key was used for another order.")
        return store.read(session, caller.sub, earlier.order_id)
    order = store.place(session, caller, new)
    session.execute(update(OrderKey).where(*this).values(order_id=order.id))
    return order
