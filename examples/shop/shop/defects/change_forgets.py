"""changeProduct takes a description that was not sent for an empty one."""

from collections.abc import Callable

from fastapi import FastAPI
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
        def change_and_forget(
            session: Session, caller: Caller, product_id: int, changes: Changes
        ) -> Product:
            described: Changes = {"description": "", **changes}
            return change(session, caller, product_id, described)

        return change_and_forget

    replace(store, "change", wrong)
