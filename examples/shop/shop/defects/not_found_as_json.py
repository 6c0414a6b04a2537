"""readProduct's 404 has the right body under the wrong media type."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from shop.overlay import replace
from shop.problem import Refusal
from shop.products import store
from shop.tables import Product


class JsonRefusal(Refusal):
    """A refusal that does not say that it is a problem document."""

    media_type = "application/json"


def apply(_: FastAPI) -> None:
    """Wrap the query of one product."""

    def wrong(read: Callable[..., Product]) -> Callable[..., Product]:
        def read_or_json(*args: Any) -> Product:
            try:
                return read(*args)
            except Refusal as refusal:
                raise JsonRefusal(refusal.status, refusal.detail) from None

        return read_or_json

    replace(store, "read", wrong)
