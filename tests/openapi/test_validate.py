from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ..hang import no_hang
from .documents import verdict, with_schema

VERSIONS = pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
A = {"$ref": "#/components/schemas/A"}


@VERSIONS
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "nullable": True},
        {"type": "string", "nullable": True, "enum": ["a"]},
        {"nullable": True, "enum": ["a"]},
        {"nullable": True, "allOf": [A]},
        {"type": "object", "nullable": True, "allOf": [A]},  # .NET
        {"nullable": True, "oneOf": [A]},
        {**A, "nullable": True},
    ],
)
def test_what_is_nullable_may_be_null(schema: Any, version: str) -> None:
    document = with_schema({"properties": {"x": schema}}, version, A={"type": "object"})
    assert verdict(document, {"x": None}) == ()
    assert verdict(document, {"x": 3})


@VERSIONS
@pytest.mark.parametrize(
    "schema", [{"type": "string"}, {"type": "string", "nullable": False}, A, {"enum": ["a"]}]
)
def test_what_is_not_nullable_may_not_be_null(schema: Any, version: str) -> None:
    assert verdict(with_schema(schema, version, A={"type": "object"}), None)


def test_null_in_a_list_of_types_is_null_in_3_1() -> None:
    assert verdict(with_schema({"type": ["string", "null"]}), None) == ()


@pytest.mark.parametrize(
    ("schema", "value", "valid"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, 1, False),
        ({"minimum": 1, "exclusiveMinimum": True}, 2, True),
        ({"minimum": 1, "exclusiveMinimum": False}, 1, True),
        ({"maximum": 1, "exclusiveMaximum": True}, 1, False),
        ({"exclusiveMaximum": True}, 10**9, True),
        ({"exclusiveMinimum": 1}, 1, False),
        ({"multipleOf": 0.01}, 19.99, True),
        ({"type": "integer"}, 1.0, True),
        ({"type": "integer", "format": "int64"}, 2**70, True),
        ({"type": "string", "format": "date-time"}, "no date", True),  # formats are annotations
        ({"type": "string", "maxLength": 1}, "😀", True),
    ],
)
def test_bounds_and_numbers_are_judged_as_their_dialect_means_them(
    schema: Any, value: Any, valid: bool
) -> None:
    assert (verdict(with_schema(schema, "3.0.3"), value) == ()) is valid


def test_what_stands_beside_a_reference_counts_in_3_1_only() -> None:
    schema = {**A, "maxLength": 1}
    assert verdict(with_schema(schema, "3.0.3", A={"type": "string"}), "ab") == ()
    assert verdict(with_schema(schema, "3.1.0", A={"type": "string"}), "ab")


PASSWORD = {"type": "string", "writeOnly": True}
USER = {
    "type": "object",
    "required": ["id", "password"],
    "properties": {"id": {"type": "integer"}, "password": PASSWORD},
}


@VERSIONS
@pytest.mark.parametrize(
    ("schema", "components"),
    [
        (USER, {}),
        ({"$ref": "#/components/schemas/User"}, {"User": USER}),
        (
            {"required": ["id", "p"], "properties": {"p": {"$ref": "#/components/schemas/P"}}},
            {"P": PASSWORD},
        ),
        (
            {"allOf": [{"$ref": "#/components/schemas/B"}, {"required": ["id", "p"]}]},
            {"B": {"properties": {"p": PASSWORD}}},
        ),
        (
            {"allOf": [{"$ref": "#/components/schemas/B"}], "required": ["id", "p"]},
            {"B": {"properties": {"p": PASSWORD}}},
        ),
        ({"oneOf": [USER]}, {}),
    ],
)
def test_a_write_only_property_is_not_required_of_an_answer(
    schema: Any, components: Any, version: str
) -> None:
    document = with_schema(schema, version, **components)
    assert verdict(document, {"id": 1}) == ()
    assert verdict(document, {})


def test_properties_named_like_keywords_are_properties() -> None:
    schema = {
        "properties": {
            k: {"type": "string"}
            for k in ("nullable", "required", "properties", "pattern", "$ref", "allOf", "enum")
        }
    }
    assert (
        verdict(with_schema(schema, "3.0.3"), {"nullable": "a", "pattern": "b", "$ref": "c"}) == ()
    )
    assert verdict(with_schema(schema, "3.0.3"), {"nullable": 1})


@VERSIONS
def test_a_tree_that_refers_to_itself_is_judged(version: str) -> None:
    document = with_schema(
        A, version, A={"type": "object", "properties": {"children": {"type": "array", "items": A}}}
    )
    assert verdict(document, {"children": [{"children": []}]}) == ()
    assert verdict(document, {"children": [{"children": [3]}]})


@VERSIONS
@pytest.mark.parametrize(
    "components",
    [
        {"A": A},
        {"A": {"$ref": "#/components/schemas/B"}, "B": A},
        {"A": {"allOf": [A]}},
        {"A": {"not": A}},
    ],
)
def test_a_schema_that_is_nothing_but_a_circle_breaks_nothing(
    components: Any, version: str
) -> None:
    verdict(with_schema(A, version, **components), {"x": 1})


@pytest.mark.parametrize(
    "ref",
    ["#/nowhere", "other.yaml#/X", "urn:x:y", "#anchor", "http://[", "", "file:///etc/hostname"],
)
def test_a_reference_that_cannot_be_followed_is_told_and_spoils_nothing_else(ref: str) -> None:
    document = with_schema({"$ref": ref}, B={"type": "string"}, C={"$ref": ref})
    found = verdict(document, 3)
    assert isinstance(found, str) or ref == ""
    assert verdict(document, 3, "#/components/schemas/B")


async def test_no_reference_is_fetched() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with TestServer(app) as server:
        import asyncio

        for url in (
            f"http://127.0.0.1:{server.port}/x.json",
            f"http://127.0.0.1:{server.port}/x.json#/a",
        ):
            document = with_schema(
                {"$ref": url}, B={"$schema": url}, C={"$id": url, "type": "string"}
            )
            assert isinstance(await asyncio.to_thread(verdict, document, 3), str)
    assert asked == []


@pytest.mark.parametrize(
    "schema",
    [{"type": "file"}, {"type": 3}, {"pattern": "("}, {"required": "id"}, {"properties": []}],
)
def test_a_schema_that_is_none_is_told(schema: Any) -> None:
    assert "cannot be used" in str(verdict(with_schema(schema), {}))


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(?=(a+)+$)b",
        "(a|a)*?(?<!x)$",
        "^(a|aa)+$",
        "^(?!(a|a)*?(?<!x)$)",
        "(x+x+)+y",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
    ],
)
def test_a_pattern_that_backtracks_hangs_nothing(pattern: str) -> None:
    with no_hang():
        found = verdict(with_schema({"type": "string", "pattern": pattern}), "a" * 5000 + "!")
    assert isinstance(found, str) or all("regex" not in v.message for v in found)


def test_half_a_surrogate_pair_in_the_document_spoils_nothing_else() -> None:
    document = with_schema(
        {"type": "string", "pattern": "[\ud800-\udbff]", "description": "\ud83d"},
        B={"type": "integer"},
    )
    assert verdict(document, "a") == ()
    assert verdict(document, "a", "#/components/schemas/B")


@pytest.mark.parametrize(
    "body",
    [
        "\ud800",
        {"\ud800": 1},
        10**400,
        float("inf"),
        float("nan"),
        json.loads("[" * 600 + "]" * 600),
    ],
)
def test_a_body_that_cannot_be_judged_breaks_nothing(body: Any) -> None:
    verdict(with_schema({"type": "array", "pattern": "a"}), body)


def test_violations_are_few_short_and_point_into_the_body() -> None:
    document = with_schema({"additionalProperties": {"type": "integer"}})
    found = verdict(document, {f"a/b~{i}": "x" * 10_000 for i in range(100)})
    assert len(found) == 5
    assert not isinstance(found, str)
    assert all(v.pointer.startswith("#/a~1b~0") and len(v.message) <= 300 for v in found)


def test_deep_schemas_and_large_documents_are_read() -> None:
    deep: dict[str, Any] = {}
    for _ in range(180):
        deep = {"properties": {"a": deep}}
    with no_hang():
        verdict(with_schema(deep), {})
    many = {
        f"S{i}": {"properties": {f"p{j}": {"type": "string", "nullable": True} for j in range(20)}}
        for i in range(2000)
    }
    assert (
        verdict(with_schema({"$ref": "#/components/schemas/S1"}, "3.0.3", **many), {"p1": None})
        == ()
    )
