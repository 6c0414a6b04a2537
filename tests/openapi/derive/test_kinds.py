"""Which cases a document gives: every kind that the issue lists, on one small document."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.openapi.derive.derive import derive
from seamline.openapi.derive.edit import Edit
from seamline.openapi.document import parse
from seamline.openapi.operation import operations

PERSON = {
    "type": "object",
    "required": ["name", "age", "lines"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 3, "maxLength": 12},
        "age": {"type": "integer", "minimum": 18, "maximum": 99},
        "height": {"type": "number", "exclusiveMinimum": 0, "maximum": 3},
        "step": {"type": "integer", "multipleOf": 5},
        "born": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "key": {"type": "string", "format": "uuid"},
        "mail": {"type": "string", "format": "email"},
        "colour": {"enum": ["red", "green", "blue"]},
        "note": {"type": ["string", "null"], "maxLength": 20},
        "secret": {"type": "string", "writeOnly": True},
        "id": {"type": "integer", "readOnly": True},
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["sku"],
                "properties": {"sku": {"type": "string"}, "gift": {"type": "boolean"}},
            },
        },
    },
}
SHORT = {"name": "Ada", "age": 36, "lines": [{"sku": "A"}]}
LONG = {"name": "Grace", "age": 85, "lines": [{"sku": "B", "gift": True}]}
WRONG: dict[str, Any] = {"name": "Al", "age": 3, "lines": []}
EXAMPLES = {
    "short": {"value": SHORT},
    "long": {"$ref": "#/components/examples/Long"},
    "wrong": {"value": WRONG},
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "People", "version": "1"},
    "paths": {
        "/people/{id}": {
            "put": {
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "minimum": 1},
                        "examples": {"one": {"value": 7}},
                    },
                    {
                        "name": "q",
                        "in": "query",
                        "schema": {"type": "string", "minLength": 2, "maxLength": 5},
                        "example": "abc",
                    },
                    {
                        "name": "tags",
                        "in": "query",
                        "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                    },
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Person"},
                            "examples": EXAMPLES,
                        }
                    },
                },
                "responses": {"200": {"description": "ok"}},
            }
        }
    },
    "components": {
        "schemas": {"Person": PERSON},
        "examples": {"Long": {"value": LONG}},
    },
}


@pytest.fixture(scope="module")
def edits() -> tuple[Edit, ...]:
    read = parse(json.dumps(DOCUMENT).encode(), "d.json")
    return derive(read, operations(read))["PUT /people/{id}"]


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


TABLE: list[tuple[str, Any, bool | None]] = [
    # every edge of numbers, its own value and what lies beyond it
    ("body/age", 18, True),
    ("body/age", 19, True),
    ("body/age", 17, False),
    ("body/age", 99, True),
    ("body/age", 98, True),
    ("body/age", 100, False),
    ("body/height", 0, False),
    ("body/height", 0.01, True),
    ("body/height", 3, True),
    ("body/step", 6, False),
    # widths of integers and floats
    ("body/step", 2_147_483_648, False),
    ("body/step", 9_223_372_036_854_775_808, False),
    ("body/step", 9_007_199_254_740_993, False),
    ("body/step", 0, True),
    ("body/height", 0.1 + 0.2, True),
    ("body/height", 1e308, False),
    ("body/height", 5e-324, True),
    # lengths, unicode, control characters
    ("body/name", "xxx", True),
    ("body/name", "xx", False),
    ("body/name", "x" * 12, True),
    ("body/name", "x" * 13, False),
    ("body/name", "🦊" * 12, True),
    ("body/name", "", False),
    ("body/name", "a\x00b", True),
    ("body/name", "x" * 10_000, False),
    # enums and formats
    ("body/colour", "green", True),
    ("body/colour", "blue", True),
    ("body/born", "2024-02-29", True),
    ("body/born", "not-a-date", False),
    ("body/at", "not-a-time", False),
    ("body/key", "not-a-uuid", False),
    ("body/key", "00000000-0000-0000-0000-000000000000", True),
    # missing, of another type, extra where that is forbidden
    ("body/name", msgspec.UNSET, False),
    ("body/age", msgspec.UNSET, False),
    ("body/note", msgspec.UNSET, True),
    ("body/note", None, True),
    ("body/age", None, False),
    ("body/age", "AAA", False),
    ("body/name", 0, False),
    ("body/x-seamline-unknown", 42, False),
    ("body/lines", [], False),
    ("body/lines/0/sku", msgspec.UNSET, False),
    # parameters
    ("path id", "1", True),
    ("path id", "0", False),
    ("path id", "9223372036854775808", True),
    ("query q", "xx", True),
    ("query q", "x", False),
    ("query q", "xxxxx", True),
    ("query q", "xxxxxx", False),
    ("query q", "a\x00b", True),
    # documented examples: each that fits
    ("path id", 7, True),
    ("query q", "abc", True),
    ("body", SHORT, True),
    ("body", LONG, True),
]


@pytest.mark.parametrize(("where", "value", "valid"), TABLE)
def test_this_edge_is_sent(
    edits: tuple[Edit, ...], where: str, value: Any, valid: bool | None
) -> None:
    found = [e for e in edits if e.where == where and _is_same(e.value, value)]
    assert len(found) == 1, [(e.scenario, e.value) for e in edits if e.where == where]
    assert found[0].valid is valid


@pytest.mark.parametrize(
    ("scenario", "valid"),
    [
        ("minimal-valid", True),
        ("full-valid", True),
        ("malformed-json", False),
        ("empty-body", False),
        ("duplicate-key", None),
        ("unsupported-content-type", False),
        ("malformed-content-type", False),
    ],
)
def test_this_kind_is_sent_once(edits: tuple[Edit, ...], scenario: str, valid: bool | None) -> None:
    assert [e.valid for e in edits if e.scenario == scenario] == [valid]


def test_an_example_that_does_not_fit_is_not_sent(edits: tuple[Edit, ...]) -> None:
    assert not any(e.value == WRONG for e in edits)
    assert sum(e.scenario == "documented-example" for e in edits) == 4


def test_nothing_is_sent_twice_under_two_names(edits: tuple[Edit, ...]) -> None:
    assert len({e.sends for e in edits}) == len(edits) == len({e.slug for e in edits})


def test_methods_that_are_not_declared(edits: tuple[Edit, ...]) -> None:
    assert {"DELETE", "PATCH"} <= {e.value for e in edits if e.place == "method"}


def test_what_only_answers_hold_is_not_added(edits: tuple[Edit, ...]) -> None:
    (full,) = [e for e in edits if e.scenario == "full-valid"]
    assert "id" not in full.value["body"]["put"]
    assert {"note", "secret", "born"} <= full.value["body"]["put"].keys()
    (least,) = [e for e in edits if e.scenario == "minimal-valid"]
    assert least.value["query"] == ["q", "tags"]
    assert set(least.value["body"]["drop"]) >= {"height", "note"}
    assert least.value["body"]["below"] == {"lines": {"[]": {"drop": ["gift"], "below": {}}}}
