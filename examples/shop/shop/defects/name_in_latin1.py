"""createProduct passes the name through Latin-1."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.products import store
from shop.products.schema import NewProduct, Product
from shop.tokens import Caller

Create = Callable[[Session, Caller, NewProduct], Product]


def apply(_: FastAPI) -> None:
    """Wrap the insert of a product."""

    def wrong(create: Create) -> Create:
        def create_garbled(session: Session, caller: Caller, new: NewProduct) -> Product:
            name = new.name.encode("latin-1", "replace").decode("latin-1")
            return create(session, caller, new.model_copy(update={"name": name}))

        return create_garbled

    replace(store, "create", wrong)
