"""listProducts takes an empty price range for impossible and fails."""

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
        def search_range(session: Session, wanted: ProductFilter) -> tuple[list[Product], int]:
            low, high = wanted.min_price, wanted.max_price
            if low is not None and high is not None and low > high:
                raise ValueError("the range is empty")
            return search(session, wanted)

        return search_range

    replace(store, "search", wrong)
