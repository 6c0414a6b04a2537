"""listProducts takes a category and searches in all."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.products import store
from shop.products.schema import ProductFilter
from shop.tables import Product

Search = Callable[[Session, ProductFilter], tuple[list[Product], int]]


def apply(_: FastAPI) -> None:
    """Wrap the search."""

    def wrong(search: Search) -> Search:
        def search_all(session: Session, wanted: ProductFilter) -> tuple[list[Product], int]:
            return search(session, wanted.model_copy(update={"category": None}))

        return search_all

    replace(store, "search", wrong)
