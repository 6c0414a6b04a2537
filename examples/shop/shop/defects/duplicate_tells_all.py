"""createProduct shows the database's own words when a sku is taken."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.problem import Refusal
from shop.products import store
from shop.products.schema import NewProduct
from shop.products.schema import Product as ProductAnswer
from shop.tables import Product
from shop.tokens import Caller

Create = Callable[[Session, Caller, NewProduct], ProductAnswer]


def apply(_: FastAPI) -> None:
    """Wrap the insert of a product."""

    def wrong(create: Create) -> Create:
        def create_or_tell(session: Session, caller: Caller, new: NewProduct) -> ProductAnswer:
            try:
                return create(session, caller, new)
            except Refusal as refusal:
                try:
                    session.execute(insert(Product).values(**new.model_dump()))
                except IntegrityError as error:
                    raise Refusal(refusal.status, str(error)) from None
                raise

        return create_or_tell

    replace(store, "create", wrong)
