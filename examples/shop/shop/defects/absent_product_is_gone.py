"""deleteProduct answers 410, which the document does not have, where there is no such product."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.problem import Refusal
from shop.products import store
from shop.tokens import Caller

Remove = Callable[[Session, Caller, int], None]


def apply(_: FastAPI) -> None:
    """Wrap the removal of a product."""

    def wrong(remove: Remove) -> Remove:
        def remove_or_gone(session: Session, caller: Caller, product_id: int) -> None:
            try:
                remove(session, caller, product_id)
            except Refusal as refusal:
                if refusal.status != 404:
                    raise
                raise Refusal(410, refusal.detail) from None

        return remove_or_gone

    replace(store, "remove", wrong)
