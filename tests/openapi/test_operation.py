from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.openapi.document import parse
from seamline.openapi.operation import Operation, operations

from .documents import FASTAPI, verdict


def read(paths: dict[str, Any], **more: Any) -> dict[str, Operation]:
    return operations(parse(json.dumps({"openapi": "3.1.0", "paths": paths, **more}).encode(), "x"))


def test_a_document_of_fastapi_is_read_whole() -> None:
    document = parse(json.dumps(FASTAPI).encode(), "openapi.json")
    found = operations(document)
    assert list(found) == ["GET /items/{item_id}", "POST /token"]
    item, token = found.values()
    assert item.operation_id == "read_item_items__item_id__get"
    assert [(p.name, p.place, p.required) for p in item.parameters] == [
        ("item_id", "path", True),
        ("q", "query", False),
    ]
    assert (item.secured, token.secured) == (True, False)
    assert (item.has_body, token.has_body) == (False, True)
    ok, invalid = (item.answers[s].media["application/json"] for s in ("200", "422"))
    assert ok is not None
    assert invalid is not None
    good = {"name": "a", "price": None, "id": "x"}
    assert verdict(document, good, ok) == ()
    assert verdict(document, {**good, "price": "free"}, ok)
    wrong = {"detail": [{"loc": ["path", 0], "msg": "m", "type": "int_parsing", "input": "x"}]}
    assert verdict(document, wrong, invalid) == ()
    assert verdict(document, {"detail": "Item not found"}, invalid)


def test_references_in_path_items_parameters_and_responses_are_followed() -> None:
    found = read(
        {
            "/a": {"$ref": "#/components/pathItems/A"},
            "/b": {"$ref": "https://x.org/b"},
            "/c": {"$ref": "#/nowhere"},
        },
        components={
            "pathItems": {
                "A": {
                    "parameters": [
                        {"$ref": "#/components/parameters/P"},
                        {"$ref": "#/nowhere"},
                        {"$ref": "x.yaml"},
                    ],
                    "get": {
                        "responses": {
                            "200": {"$ref": "#/components/responses/R"},
                            "404": {"$ref": "#/nowhere"},
                        }
                    },
                }
            },
            "parameters": {
                "P": {
                    "name": "p",
                    "in": "header",
                    "required": True,
                    "schema": {"$ref": "#/components/schemas/S"},
                }
            },
            "responses": {
                "R": {
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}
                }
            },
            "schemas": {"S": {"type": "string", "example": "x"}},
        },
    )
    assert list(found) == ["GET /a"]
    (parameter,) = found["GET /a"].parameters
    assert (parameter.name, parameter.example) == ("p", "x")
    assert found["GET /a"].answers["200"].media == {
        "application/json": "#/components/responses/R/content/application~1json/schema"
    }
    assert found["GET /a"].answers["404"].media == {}


def test_an_operations_parameter_wins_over_its_paths() -> None:
    shared = [{"name": "a", "in": "query", "example": 1}, {"name": "a", "in": "header"}]
    found = read(
        {
            "/a": {
                "parameters": shared,
                "get": {"parameters": [{"name": "a", "in": "query", "example": 2}]},
            }
        }
    )
    assert [(p.place, p.example) for p in found["GET /a"].parameters] == [
        ("query", 2),
        ("header", msgspec.UNSET),
    ]


@pytest.mark.parametrize(
    ("parameter", "example"),
    [
        ({"example": 0}, 0),
        ({"examples": {"one": {"value": 5}}}, 5),
        ({"examples": {"one": {"externalValue": "x"}, "two": {"value": 6}}}, 6),
        ({"schema": {"default": None}}, None),
        ({"schema": {"enum": ["a", "b"]}}, "a"),
        ({"schema": {"examples": [7]}}, 7),
        ({"schema": {"const": "c"}}, "c"),
        ({"schema": {"type": "string"}}, msgspec.UNSET),
        ({}, msgspec.UNSET),
    ],
)
def test_an_example_is_taken_from_where_the_author_put_it(
    parameter: dict[str, Any], example: Any
) -> None:
    (found,) = read({"/a": {"get": {"parameters": [{"name": "a", "in": "query", **parameter}]}}})[
        "GET /a"
    ].parameters
    assert found.example == example


TOKEN: list[Any] = [{"token": []}]


@pytest.mark.parametrize(
    ("document", "operation", "secured"),
    [
        (None, None, False),
        (TOKEN, None, True),
        (TOKEN, [], False),
        (TOKEN, [{}], False),
        (None, TOKEN, True),
        ([], TOKEN, True),
        (TOKEN, [{"token": []}, {}], False),  # optional
        (None, [{"token": []}, {"cookie": []}], True),  # either
        (None, [{"token": [], "cookie": []}], True),  # both
        (TOKEN, "none", False),
    ],
)
def test_security_is_inherited_replaced_or_taken_away(
    document: Any, operation: Any, secured: bool
) -> None:
    own = {} if operation is None else {"security": operation}
    inherited = {} if document is None else {"security": document}
    assert read({"/a": {"get": own}}, **inherited)["GET /a"].secured is secured


def test_a_status_is_answered_by_itself_then_its_range_then_default() -> None:
    documented: dict[str, Any] = {
        s: {"content": {f"text/{i}": {}}} for i, s in enumerate(("404", "4XX", "2xx", "default"))
    }
    op = read({"/a": {"get": {"responses": documented}}})["GET /a"]
    found = [
        next(iter(answer.media))
        for s in (404, 409, 200, 500)
        if (answer := op.answer_for(s)) is not None
    ]
    assert found == ["text/0", "text/1", "text/2", "text/3"]
    assert [op.documents(s) for s in (404, 409, 200, 500)] == [True, True, True, False]
    assert read({"/a": {"get": {}}})["GET /a"].answer_for(200) is None


@pytest.mark.parametrize(
    "method", ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
)
def test_each_method_is_an_operation_and_nothing_else_is(method: str) -> None:
    found = read({"/a": {method: {}, "summary": "x", "servers": [], "x-get": {}, "GET": {}}})
    assert list(found) == [f"{method.upper()} /a"]


@pytest.mark.parametrize("node", [None, 3, "x", [], [[]]])
def test_parts_that_cannot_be_read_are_left_out(node: Any) -> None:
    assert read({"/a": node, "/b": {"get": node}}) == {}
    op = read(
        {
            "/a": {
                "get": {
                    "parameters": node,
                    "responses": node,
                    "security": node,
                    "operationId": node,
                    "requestBody": node,
                }
            }
        }
    )["GET /a"]
    assert (op.parameters, op.answers) == ((), {})
    op = read(
        {
            "/a": {
                "get": {
                    "parameters": [node, {"name": 3}, {"in": node}],
                    "responses": {
                        "200": node,
                        "201": {"content": node},
                        "202": {"content": {"a/b": node}},
                    },
                }
            }
        }
    )["GET /a"]
    assert op.parameters == ()
    assert op.answers["202"].media == {"a/b": None}


def test_no_paths_no_operations() -> None:
    assert operations(parse(b'{"openapi": "3.1.0", "webhooks": {}}', "x")) == {}
    assert operations(parse(b'{"openapi": "3.1.0", "paths": null}', "x")) == {}
