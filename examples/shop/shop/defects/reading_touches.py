"""readProduct writes: each look at a product counts as a change of it."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import func, update
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.products import store
from shop.tables import Product

Read = Callable[[Session, int], Product]


def apply(_: FastAPI) -> None:
    """Wrap the query of one product."""

    def wrong(read: Read) -> Read:
        def read_and_touch(session: Session, product_id: int) -> Product:
            product = read(session, product_id)
            touch = update(Product).where(Product.id == product_id)
            session.execute(
                touch.values(updated_at=func.now()).execution_options(synchronize_session=False)
            )
            return product

        return read_and_touch

    replace(store, "read", wrong)
