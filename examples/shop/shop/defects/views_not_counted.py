"""readProduct counts its views in a table that there is not, and says nothing of the error."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.products import store
from shop.tables import Product

Read = Callable[[Session, int], Product]


def apply(_: FastAPI) -> None:
    """Wrap the reading of a product."""

    def wrong(read: Read) -> Read:
        def read_and_count(session: Session, product_id: int) -> Product:
            product = read(session, product_id)
            try:
                with session.begin_nested():
                    session.execute(text("UPDATE product_views SET n = n + 1"))
            except DBAPIError:
                pass
            return product

        return read_and_count

    replace(store, "read", wrong)
