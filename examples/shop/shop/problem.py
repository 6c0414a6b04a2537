"""Every refusal is a problem document (RFC 9457), and no refusal says more than it must."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"
Responses = dict[int | str, dict[str, Any]]


class Problem(BaseModel):
    """Why a request was refused."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(json_schema_extra={"format": "uri-reference"})
    title: str
    status: int = Field(ge=400, le=599)
    detail: str


class InvalidInput(BaseModel):
    """One thing that is wrong with a request; never the value itself."""

    model_config = ConfigDict(extra="forbid")

    location: str
    message: str


class ValidationProblem(Problem):
    """The request is not what the operation takes."""

    errors: list[InvalidInput]


class Refusal(Exception):
    """Raised anywhere below a route; becomes the answer."""

    media_type: ClassVar[str] = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[InvalidInput] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})

    def body(self) -> bytes:
        """The problem document."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors is not None:
            document["errors"] = [error.model_dump() for error in self.errors]
        return json.dumps(document, separators=(",", ":")).encode()


def unauthorized(detail: str = "Valid credentials are needed.") -> Refusal:
    """401, with the challenge that RFC 9110 asks for."""
    return Refusal(401, detail, headers={"WWW-Authenticate": "Bearer"})


def not_found(what: str) -> Refusal:
    """404 for a thing that does not exist, or not for this caller."""
    return Refusal(404, f"There is no such {what}.")


def invalid(location: str, message: str) -> Refusal:
    """422 for a rule that the schema cannot express."""
    return Refusal(
        422,
        "The request is not valid.",
        errors=[InvalidInput(location=location, message=message)],
    )


_DESCRIPTIONS = {
    401: "Credentials are missing or no longer valid",
    403: "The caller's role may not do this",
    404: "There is no such resource, or not for this caller",
    406: "The client takes nothing that the shop could answer",
    412: "The resource is not the version that If-Match names",
    409: "The current state does not allow this",
    422: "The request is not valid",
    503: "The database cannot be reached",
}
_CHALLENGE = {
    "WWW-Authenticate": {
        "description": "How to authenticate",
        "required": True,
        "schema": {"type": "string", "pattern": "^Bearer"},
    }
}


def refusals(*statuses: int) -> Responses:
    """The documented refusals of one operation; 503 can happen to all of them."""
    responses: Responses = {}
    for status in (*statuses, 503):
        schema = "ValidationProblem" if status == 422 else "Problem"
        responses[status] = {
            "description": _DESCRIPTIONS[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
        if status == 401:
            responses[status]["headers"] = _CHALLENGE
    return responses
