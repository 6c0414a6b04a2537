"""Content negotiation (RFC 9110, 12.5.1): the shop speaks JSON."""

from typing import Annotated

from fastapi import Depends, Request

from shop.problem import Refusal

_SPOKEN = ("application/json", "application/*", "*/*")


def require_json(request: Request) -> None:
    """Refuse a client that takes no JSON; who says nothing takes everything."""
    ranges = request.headers.get("accept", "*/*").split(",")
    named = {part.partition(";")[0].strip().lower() for part in ranges}
    if named.isdisjoint(_SPOKEN):
        raise Refusal(406, "The shop answers application/json.")


def negotiate(request: Request) -> None:
    """The dependency of a route that negotiates."""
    require_json(request)


Negotiated = Annotated[None, Depends(negotiate)]
