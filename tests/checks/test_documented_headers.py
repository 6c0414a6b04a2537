"""Headers that a document promises."""

from __future__ import annotations

from typing import Any

import pytest

from .world import applies, context, exchange, found

CHECK = "documentedHeaders"
POST = "POST /orders"


def promised(**schemas: Any) -> Any:
    headers = {
        "Location": {"required": True, "schema": {"type": "string"}},
        **{n.replace("_", "-"): {"schema": s} for n, s in schemas.items()},
    }
    return context({"201": {"description": "", "headers": headers}}, POST)


def test_a_required_header_that_is_missing_is_found_and_an_optional_one_is_not() -> None:
    (finding,) = found(CHECK, exchange(POST, 201, headers={"etag": "x"}), promised(X_Left={}))
    assert (finding.severity, finding.detail) == ("error", "201 location")
    assert not found(CHECK, exchange(POST, 201, headers={"location": "/orders/7"}), promised())


@pytest.mark.parametrize(
    ("schema", "value", "is_right"),
    [
        ({"type": "integer", "minimum": 0}, "17", True),
        ({"type": "integer"}, "soon", False),
        ({"type": "integer", "minimum": 0}, "-1", False),
        ({"type": "boolean"}, "true", True),
        ({"type": "array", "items": {"type": "integer"}}, "1, 2", True),
        ({"type": "array", "items": {"enum": ["GET", "PUT"]}}, "GET,PUT", True),
        ({"type": "string", "pattern": "^a"}, "b", False),
    ],
)
def test_a_header_is_read_as_whatever_its_schema_says(
    schema: Any, value: str, is_right: bool
) -> None:
    x = exchange(POST, 201, headers={"location": "/", "x-left": value})
    assert (not found(CHECK, x, promised(X_Left=schema))) is is_right


def test_statuses_without_headers_are_not_judged() -> None:
    assert not applies(CHECK, exchange(POST, 404), promised())
    described = {"201": {"description": "", "headers": {"Content-Type": {"required": True}}}}
    assert not applies(CHECK, exchange(POST, 201), context(described, POST))
