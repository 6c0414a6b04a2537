"""changeProduct forgets in its WHERE, for the price, which product it is about."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.products import store
from shop.products.schema import Changes
from shop.tables import Product
from shop.tokens import Caller

Change = Callable[[Session, Caller, int, Changes], Product]


def apply(_: FastAPI) -> None:
    """Wrap the update of a product."""

    def wrong(change: Change) -> Change:
        def change_all(
            session: Session, caller: Caller, product_id: int, changes: Changes
        ) -> Product:
            product = change(session, caller, product_id, changes)
            if "price" in changes:
                others = update(Product).where(Product.category == product.category)
                session.execute(
                    others.values(price=product.price).execution_options(synchronize_session=False)
                )
            return product

        return change_all

    replace(store, "change", wrong)
