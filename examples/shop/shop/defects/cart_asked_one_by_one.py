"""readCart asks for each product of the cart by itself, beside the join that has them."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.carts import store
from shop.carts.schema import Cart
from shop.overlay import replace
from shop.tables import Product

Read = Callable[[Session, int], Cart]


def apply(_: FastAPI) -> None:
    """Wrap the reading of a cart."""

    def wrong(read: Read) -> Read:
        def read_one_by_one(session: Session, user_id: int) -> Cart:
            cart = read(session, user_id)
            for item in cart.items:
                session.execute(select(Product.price).where(Product.id == item.product_id))
            return cart

        return read_one_by_one

    replace(store, "read", wrong)
