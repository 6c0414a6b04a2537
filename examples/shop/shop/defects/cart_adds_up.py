"""putCartItem adds to the quantity that is in the cart, up to the most that a cart may hold."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.carts import store
from shop.overlay import replace
from shop.tables import CartItem

Put = Callable[[Session, int, int, int], None]
MOST = 100


def apply(_: FastAPI) -> None:
    """Wrap the upsert of one item."""

    def wrong(put: Put) -> Put:
        def put_more(session: Session, user_id: int, product_id: int, quantity: int) -> None:
            item = (CartItem.user_id == user_id, CartItem.product_id == product_id)
            held = session.scalar(select(CartItem.quantity).where(*item)) or 0
            put(session, user_id, product_id, min(held + quantity, MOST))

        return put_more

    replace(store, "put", wrong)
