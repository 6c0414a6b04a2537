"""createProduct stores the beginning of the description and answers as if it stored it all."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.products import store
from shop.products.schema import NewProduct, Product
from shop.tokens import Caller

Create = Callable[[Session, Caller, NewProduct], Product]
KEPT = 40


def apply(_: FastAPI) -> None:
    """Wrap the insert of a product."""

    def wrong(create: Create) -> Create:
        def create_cut(session: Session, caller: Caller, new: NewProduct) -> Product:
            cut = new.model_copy(update={"description": new.description[:KEPT]})
            product = create(session, caller, cut)
            return product.model_copy(update={"description": new.description})

        return create_cut

    replace(store, "create", wrong)
