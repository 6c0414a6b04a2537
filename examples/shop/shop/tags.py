"""Entity tags (RFC 9110, 8.8.3): what a client has it need not get again, nor overwrite unseen."""

from datetime import datetime
from typing import Annotated

from fastapi import Header
from pydantic.json_schema import SkipJsonSchema

from shop.fields import SearchText
from shop.problem import Refusal, Responses

Condition = Annotated[SearchText | SkipJsonSchema[None], Header()]
_TAG = {
    "description": "The version that is answered",
    "required": True,
    "schema": {"type": "string"},
}


def tagged() -> Responses:
    """The documentation of a read that sends a tag and keeps If-None-Match."""
    return {
        200: {"headers": {"ETag": _TAG}},
        304: {"description": "The client has this version", "headers": {"ETag": _TAG}},
    }


def tag(id: int, updated_at: datetime) -> str:
    """The version of a row that says when it was changed last."""
    return f'"{id}-{updated_at.timestamp():.6f}"'


def matches(condition: str | None, current: str) -> bool:
    """Whether If-Match or If-None-Match names the current version; without one nothing is named."""
    named = {part.strip().removeprefix("W/") for part in (condition or "").split(",")}
    return bool(named & {"*", current})


def require(condition: str | None, current: str) -> None:
    """Refuse a change of a version that the client has not seen."""
    if condition is not None and not matches(condition, current):
        raise Refusal(412, "The resource has changed.")
