"""readProduct answers JSON whatever Accept says."""

from collections.abc import Callable

from fastapi import FastAPI, Request

from shop import accept
from shop.overlay import replace


def apply(_: FastAPI) -> None:
    """Take the negotiation away."""

    def wrong(_: Callable[[Request], None]) -> Callable[[Request], None]:
        def require_nothing(_request: Request) -> None:
            """Every client takes JSON."""

        return require_nothing

    replace(accept, "require_json", wrong)
