"""createOrder rounds the discount down to the cent, where it must be rounded half up."""

from decimal import ROUND_DOWN

from fastapi import FastAPI

from shop.orders import store
from shop.overlay import replace


def apply(_: FastAPI) -> None:
    """Change the rounding."""
    replace(store, "ROUND_HALF_UP", lambda _: ROUND_DOWN)
