"""createCoupon does not say where the coupon is."""

from collections.abc import Callable

from fastapi import FastAPI, Response

from shop.coupons import routes
from shop.overlay import replace

Created = Callable[[Response, str], None]


def apply(_: FastAPI) -> None:
    """Take the function that sets the Location away."""

    def wrong(_: Created) -> Created:
        def say_nothing(_response: Response, _path: str) -> None:
            """It is not set at all."""

        return say_nothing

    replace(routes, "created", wrong)
