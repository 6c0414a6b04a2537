"""deleteCartItem forgets in its WHERE which product it is about."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import delete
from sqlalchemy.orm import Session

from shop.carts import store
from shop.overlay import replace
from shop.tables import CartItem

Remove = Callable[[Session, int, int], None]


def apply(_: FastAPI) -> None:
    """Wrap the delete of one item."""

    def wrong(remove: Remove) -> Remove:
        def remove_all(session: Session, user_id: int, product_id: int) -> None:
            remove(session, user_id, product_id)
            session.execute(delete(CartItem).where(CartItem.user_id == user_id))

        return remove_all

    replace(store, "remove", wrong)
