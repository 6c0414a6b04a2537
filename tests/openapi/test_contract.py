"""Reading the contract: versions, servers, discriminators, methods of one's own, a thousand operations."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from seamline.openapi.document import Document, parse
from seamline.openapi.operation import Operation, operations
from seamline.openapi.security import schemes
from seamline.openapi.server import server_path
from seamline.openapi.validate import BodySchemas

from ..hang import no_hang
from .documents import verdict, with_schema


def read(version: str = "3.1.0", **raw: Any) -> Document:
    return parse(json.dumps({"openapi": version, "info": {}, **raw}).encode(), "openapi.json")


@pytest.mark.parametrize(
    ("servers", "path"),
    [
        ([{"url": "https://api.example.com/v1/"}], "/v1"),
        ([{"url": "/v2"}, {"url": "/other"}], "/v2"),
        ([{"url": "v3"}], "/v3"),
        ([{"url": "{proto}://{host}/{base}", "variables": {"proto": {"default": "https"},
           "host": {"default": "example.com"}, "base": {"default": "v4"}}}], "/v4"),
        ([{"url": "/"}], ""),
        ([], None),
        ([{"url": 5}], None),
        ([{"url": "http://[bad"}], None),
        ("no list", None),
    ],
)  # fmt: skip
def test_the_first_server_says_what_stands_in_front(servers: Any, path: str | None) -> None:
    assert server_path({"servers": servers}) == path


def test_servers_of_an_operation_and_of_a_path_count_for_them() -> None:
    get: dict[str, Any] = {"responses": {}}
    document = read(
        servers=[{"url": "/v1"}],
        paths={
            "/a": {"get": get, "post": {**get, "servers": [{"url": "/upload"}]}},
            "/b": {"servers": [{"url": "https://b.example.com/b"}], "get": get},
        },
    )
    assert {k: o.base_path for k, o in operations(document).items()} == {
        "GET /a": None,
        "POST /a": "/upload",
        "GET /b": "/b",
    }


def test_3_2_has_query_and_methods_of_ones_own() -> None:
    one = {"responses": {"200": {"description": ""}}, "operationId": "x"}
    item = {"query": one, "additionalOperations": {"COPY": one, "not a method": one, "LINK": 5}}
    document = read("3.2.0", paths={"/a": item})
    assert [*operations(document)] == ["QUERY /a", "COPY /a"]


def test_parameters_have_their_default_styles() -> None:
    parameters = [
        {"name": "p", "in": "path", "required": True, "schema": {}},
        {"name": "q", "in": "query", "schema": {}},
        {"name": "o", "in": "query", "style": "deepObject", "explode": True, "schema": {}},
        {"name": "n", "in": "query", "explode": False, "schema": {}},
        {"name": "h", "in": "header", "schema": {}},
        {"name": "c", "in": "cookie", "schema": {}},
        {
            "name": "j",
            "in": "query",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    ]
    found = operations(read(paths={"/a/{p}": {"get": {"parameters": parameters}}}))["GET /a/{p}"]
    assert [(p.style, p.explode) for p in found.parameters] == [
        ("simple", False),
        ("form", True),
        ("deepObject", True),
        ("form", False),
        ("simple", False),
        ("form", True),
        ("form", True),
    ]
    last = found.parameters[-1]
    assert (last.media, last.schema) == ("application/json", {"type": "object"})
    assert last.pointer.endswith("/6/content/application~1json/schema")


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0", "3.2.0"])
def test_a_discriminator_says_which_and_others_may_fit_too(version: str) -> None:
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}
    dog = {**cat, "properties": {"kind": {"type": "string"}, "barks": {"type": "boolean"}}}
    refs = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
    plain: dict[str, Any] = {"oneOf": refs}
    told = {"oneOf": refs, "discriminator": {"propertyName": "kind", "mapping": {"c": "Cat"}}}
    pet = {"kind": "cat"}
    assert verdict(with_schema(plain, version, Cat=cat, Dog=dog), pet)
    assert not verdict(with_schema(told, version, Cat=cat, Dog=dog), pet)
    assert verdict(with_schema(told, version, Cat=cat, Dog=dog), {})


@pytest.mark.parametrize(
    ("security", "alternatives", "secured"),
    [
        ([{"key": []}], (("key",),), True),
        ([{"key": []}, {}], (("key",), ()), False),
        ([{"key": [], "oauth": ["read"]}], (("key", "oauth"),), True),
        ([{}], ((),), False),
        ([], (), False),
    ],
)
def test_alternatives_of_security(
    security: Any, alternatives: tuple[Any, ...], secured: bool
) -> None:
    found = operations(read(paths={"/a": {"get": {"security": security}}}))["GET /a"]
    assert (found.security, found.secured) == (alternatives, secured)


def test_schemes_are_read_by_their_types() -> None:
    written = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "key": {"$ref": "#/components/securitySchemes/other"},
        "other": {"type": "apiKey", "in": "cookie", "name": "k"},
        "oidc": {"type": "openIdConnect", "openIdConnectUrl": "/"},
        "broken": 5,
    }
    document = read(paths={}, components={"securitySchemes": written})
    assert schemes(document) == {
        "bearer": "http",
        "key": "apiKey",
        "other": "apiKey",
        "oidc": "openIdConnect",
    }
    assert schemes(read(paths={})) == {}


def large(count: int) -> dict[str, Any]:
    """A document of `count` operations that share schemas, as generators write them."""
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {f"p{i}": {"type": "string", "maxLength": 9} for i in range(20)},
    }
    answer = {"application/json": {"schema": {"$ref": "#/components/schemas/S1"}}}
    one = {
        "parameters": [
            {"name": f"q{i}", "in": "query", "schema": {"type": "integer"}} for i in range(5)
        ],
        "requestBody": {"content": answer},
        "responses": {"200": {"description": "", "content": answer}, "404": {"description": ""}},
    }
    return {
        "openapi": "3.1.0",
        "info": {},
        "paths": {f"/r{i}/{{id}}": {"post": one, "put": one} for i in range(count // 2)},
        "components": {"schemas": {f"S{i}": schema for i in range(count // 4)}},
    }


def test_two_thousand_operations_are_read_in_seconds() -> None:
    data = json.dumps(large(2000)).encode()
    with no_hang():
        start = time.process_time()
        document = parse(data, "large.json")
        found: dict[str, Operation] = operations(document)
        schemas = BodySchemas(document)
        for operation in found.values():
            pointer = operation.answers["200"].media["application/json"]
            assert pointer is not None
            assert schemas.violations(pointer, {"p1": "x" * 10, "id": 1})
        took = time.process_time() - start
    assert len(found) == 2000
    assert took < 20
