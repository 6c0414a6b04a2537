"""Faults of a document: each kind is told where it stands, and what is merely odd is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seamline.openapi.document import Document, parse
from seamline.openapi.fault import MOST_OF_A_KIND, Fault, faults
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas

from ..hang import no_hang
from .documents import FASTAPI

OK = {"200": {"description": "fine"}}


def found(raw: dict[str, Any], version: str = "3.1.0") -> list[Fault]:
    whole = {"openapi": version, "info": {"title": "t", "version": "1"}, **raw}
    return told(parse(json.dumps(whole).encode(), "openapi.json"))


def told(document: Document) -> list[Fault]:
    return [*faults(document, operations(document), BodySchemas(document))]


def item(**get: Any) -> dict[str, Any]:
    return {"/a": {"get": {"responses": OK, **get}}}


def schema(value: Any) -> dict[str, Any]:
    return {"paths": {}, "components": {"schemas": {"S": value}}}


def body(media: dict[str, Any], method: str = "post") -> dict[str, Any]:
    content = {"requestBody": {"content": {"application/json": media}}, "responses": OK}
    return {"paths": {"/a": {method: content}}}


def parameter(**more: Any) -> dict[str, Any]:
    return {"paths": item(parameters=[{"name": "q", "in": "query", **more}])}


@pytest.mark.parametrize(
    ("raw", "kind", "pointer"),
    [
        (schema({"$ref": "#/nowhere"}), "dangling-reference", "#/components/schemas/S"),
        (schema({"$ref": "#/components/schemas/S"}), "dangling-reference", "#/components/schemas/S"),
        (schema({"$ref": "#name"}), "dangling-reference", "#/components/schemas/S"),
        (schema({"$ref": "gone.json#/S"}), "unread-reference", "#/components/schemas/S"),
        ({"paths": item(parameters=[{"$ref": "#/no"}])}, "dangling-reference",
         "#/paths/~1a/get/parameters/0"),
        ({"paths": {"/a": {m: {"operationId": "x", "responses": OK} for m in ("get", "put")}}},
         "duplicate-operation-id", "#/paths/~1a/put"),
        ({"paths": {"/a/{id}": {"get": {"responses": OK}}}}, "undeclared-path-parameter",
         "#/paths/~1a~1{id}/get"),
        ({"paths": item(parameters=[{"name": "id", "in": "path", "required": True, "schema": {}}])},
         "parameter-not-in-path", "#/paths/~1a/get"),
        ({"paths": {"a": {"get": {"responses": OK}}}}, "path-without-slash", "#/paths/a"),
        ({"paths": {"/a": 5}}, "no-path-item", "#/paths/~1a"),
        ({"paths": {"/{a}": {}, "/{b}": {}}}, "same-path-twice", "#/paths/~1{b}"),
        (body({"schema": {}}, "get"), "body-of-safe-method", "#/paths/~1a/get"),
        ({"paths": item(security=[{"key": []}])}, "unknown-security-scheme",
         "#/paths/~1a/get/security"),
        ({"paths": {"/a": {"get": {"responses": {"200": {}}}}}}, "response-without-description",
         "#/paths/~1a/get/responses/200"),
        (schema({"type": "strin"}), "no-schema", "#/components/schemas/S/type"),
        (schema({"properties": {"a": {"minimum": "1"}}}), "no-schema",
         "#/components/schemas/S/properties/a/minimum"),
        (schema({"properties": {"a": {"required": True}}}), "no-schema",
         "#/components/schemas/S/properties/a/required"),
        (schema({"pattern": "["}), "no-schema", "#/components/schemas/S/pattern"),
        (schema([]), "no-schema", "#/components/schemas/S"),
        (schema({"properties": {"a": {"properties": {"b": {}}, "required": ["c"],
                                      "additionalProperties": False}}}),
         "impossible-schema", "#/components/schemas/S/properties/a/required"),
        (body({"schema": {"type": "integer"}, "example": "x"}), "example-misfits",
         "#/paths/~1a/post/requestBody/content/application~1json"),
        (body({"schema": {"type": "integer"}, "examples": {"a": {"value": 1}, "b": {"value": "x"}}}),
         "example-misfits", "#/paths/~1a/post/requestBody/content/application~1json"),
        (parameter(schema={"type": "integer"}, example="x"), "example-misfits",
         "#/paths/~1a/get/parameters/0"),
        ({"paths": item(responses={"200": {"description": "", "content": {"application/json": {
            "schema": {"required": ["id"]}, "example": {}}}}})}, "example-misfits",
         "#/paths/~1a/get/responses/200/content/application~1json"),
    ],
)  # fmt: skip
def test_a_fault_is_told_once_and_where_it_stands(
    raw: dict[str, Any], kind: str, pointer: str
) -> None:
    assert [(f.kind, f.pointer) for f in found(raw)] == [(kind, pointer)]


@pytest.mark.parametrize(
    "raw",
    [
        {"paths": {}},
        schema(True),
        schema({"$ref": "#/components/schemas/S/x", "x": {"type": "integer"}}),
        schema({"$anchor": "here", "properties": {"a": {"$ref": "#here"}}}),
        schema({"properties": {"next": {"$ref": "#/components/schemas/S"}}}),
        schema({"properties": {"$ref": {"type": "string"}, "example": {"type": "string"}}}),
        schema({"properties": {"$ref": {"$ref": "#/components/schemas/S"}}}),
        schema({"enum": [{"$ref": "#/no"}], "default": {"$ref": "no"}, "examples": [{"$ref": "x"}]}),
        schema({"required": ["more"], "properties": {"a": {}}}),
        schema({"required": ["b"], "additionalProperties": False, "allOf": [{}], "properties": {}}),
        schema({"pattern": r"^(?<name>a)\1$(?=x)"}),
        schema({"pattern": r"^\p{L}[\w.\-]+\/$"}),
        schema({"format": "anything", "x-y": {"$x": 1}}),
        {"paths": {"/a/{id}": {"parameters": [{"name": "id", "in": "path", "schema": {}}],
                               "get": {"responses": OK}}}},
        {"paths": {"/a/{rest:path}": {"get": {"parameters": [
            {"name": "rest", "in": "path", "schema": {}}], "responses": OK}}}},
        {"paths": item(security=[{}]), "security": []},
        {"paths": item(operationId=""), "x-own": {"$ref": 5}},
        parameter(schema={"type": "integer"}, example="7"),
        parameter(schema={"type": "array", "items": {"type": "integer"}}, example=[1]),
        parameter(schema={"type": "array", "items": {"type": "string"}}, example="a,b"),
        body({"schema": {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}},
                         "required": ["id"]}, "example": {}}),
        body({"schema": {"$ref": "#/components/schemas/S"}}) | {"components": {"schemas": {"S": {}}}},
        {k: v for k, v in FASTAPI.items() if k not in ("openapi", "info")},
    ],
)  # fmt: skip
def test_what_is_merely_odd_is_no_fault(raw: dict[str, Any]) -> None:
    assert found(raw) == []


def test_3_0_is_held_against_what_it_means() -> None:
    odd = {"type": "integer", "nullable": True, "minimum": 0, "exclusiveMinimum": True}
    assert found(schema(odd), "3.0.3") == []
    assert found({"paths": {"/a": {"get": {"responses": {"200": {}}}}}}, "3.2.0") == []


def test_many_faults_of_a_kind_are_counted() -> None:
    paths = {f"/{i}/{{id}}": {"get": {"responses": OK}} for i in range(MOST_OF_A_KIND + 5)}
    kinds = [f.kind for f in found({"paths": paths})]
    assert kinds == ["undeclared-path-parameter"] * (MOST_OF_A_KIND + 1)
    assert found({"paths": paths})[-1].says.startswith("5 more")


def test_a_part_that_is_nonsense_breaks_nothing() -> None:
    inside = {"get": {"responses": 5, "parameters": 5}}
    nonsenses: tuple[Any, ...] = (5, None, [], "x", {"get": 5}, inside)
    for nonsense in nonsenses:
        for raw in (
            {"paths": {"/a": nonsense}},
            {"paths": item(requestBody=nonsense)},
            {"paths": item(responses=nonsense)},
            {"paths": {}, "components": nonsense},
            {"paths": {}, "components": {"schemas": nonsense, "securitySchemes": nonsense}},
            {"paths": item(security=nonsense)},
        ):
            found(raw)


def test_a_deep_or_circular_document_ends() -> None:
    deep: Any = {"type": "integer"}
    for _ in range(300):
        deep = {"properties": {"a": deep}}
    ring = {
        f"S{i}": {"allOf": [{"$ref": f"#/components/schemas/S{(i + 1) % 50}"}]} for i in range(50)
    }
    with no_hang():
        found(schema(deep))
        found({"paths": body({"schema": {"$ref": "#/components/schemas/S0"}, "example": 1})["paths"],
               "components": {"schemas": ring}})  # fmt: skip
