"""listProducts sorts by price in the same direction, whichever is asked for."""

from fastapi import FastAPI

from shop.products import store
from shop.tables import Product


def apply(_: FastAPI) -> None:
    """Change the table of orders."""
    store._ORDER["-price"] = Product.price
