"""The Location of what was created."""

from fastapi import Response

from shop.problem import Responses


def located() -> Responses:
    """The documentation of a 201's Location header."""
    header = {
        "description": "Where to read what was created",
        "required": True,
        "schema": {"type": "string", "format": "uri-reference"},
    }
    return {201: {"headers": {"Location": header}}}


def created(response: Response, path: str) -> None:
    """Say where the new resource is."""
    response.headers["Location"] = path
