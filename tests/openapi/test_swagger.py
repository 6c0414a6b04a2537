"""Swagger 2.0 documents, read as if their authors had written OpenAPI 3.0."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seamline.errors import SpecError
from seamline.openapi.document import Document, parse
from seamline.openapi.operation import Operation, operations
from seamline.openapi.validate import BodySchemas, SchemaProblem

from ..hang import no_hang
from .documents import verdict

PETS: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "host": "pets.example",
    "basePath": "/v1/",
    "schemes": ["https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "security": [{"basicAuth": []}],
    "securityDefinitions": {
        "basicAuth": {"type": "basic"},
        "key": {"type": "apiKey", "in": "query", "name": "api_key"},
        "app": {"type": "oauth2", "flow": "application", "tokenUrl": "/token", "scopes": {"r": ""}},
    },
    "parameters": {
        "limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 50, "default": 10},
        "pet": {"name": "pet", "in": "body", "required": True,
                "schema": {"type": "object", "properties": {"pet": {"$ref": "#/definitions/Pet"}}}},
    },
    "responses": {
        "gone": {"description": "gone", "schema": {"type": "object", "required": ["code"]}},
        "silent": {"description": "nothing"},
    },
    "definitions": {
        "Pet": {
            "type": "object",
            "required": ["name"],
            "discriminator": "kind",
            "properties": {
                "name": {"type": "string", "x-nullable": True},
                "kind": {"type": "string"},
                "mother": {"$ref": "#/definitions/Pet"},
                "discriminator": {"type": "string"},
                "x-nullable": {"type": "boolean"},
            },
        },
        "a/b": {"type": "integer"},
    },
    "paths": {
        "/pets": {
            "parameters": [{"$ref": "#/parameters/limit"}],
            "get": {
                "operationId": "listPets",
                "security": [],
                "parameters": [
                    {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"},
                     "collectionFormat": "multi"},
                    {"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"},
                     "collectionFormat": "pipes", "x-example": [1, 2]},
                ],
                "responses": {
                    "200": {
                        "description": "pets",
                        "headers": {"Total": {"type": "integer"}},
                        "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}},
                        "examples": {"application/json": [{"name": "Rex"}], "text/plain": "Rex"},
                    },
                    "410": {"$ref": "#/responses/gone"},
                    "default": {"$ref": "#/responses/silent"},
                },
            },
            "post": {
                "consumes": ["application/vnd.pets+json"],
                "produces": ["application/vnd.pets+json"],
                "parameters": [{"$ref": "#/parameters/pet"}],
                "responses": {"201": {"description": "made", "schema": {"$ref": "#/definitions/Pet"}},
                              "410": {"$ref": "#/responses/gone"}},
            },
        },
        "/pets/{id}/photo": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "string"}],
            "put": {
                "parameters": [
                    {"name": "file", "in": "formData", "type": "file", "required": True},
                    {"name": "title", "in": "formData", "type": "string"},
                ],
                "responses": {"204": {"description": "kept"}},
            },
            "post": {
                "parameters": [{"name": "title", "in": "formData", "type": "string"}],
                "responses": {"200": {"description": "", "schema": {"type": "file"}}},
            },
        },
    },
}  # fmt: skip


def read(raw: Any) -> Document:
    return parse(json.dumps(raw).encode(), "swagger.json")


def ops(raw: Any = PETS) -> dict[str, Operation]:
    return operations(read(raw))


def one(responses: Any, **more: Any) -> dict[str, Any]:
    """A document with one operation, GET /a."""
    return {"swagger": "2.0", "paths": {"/a": {"get": {"responses": responses}}}, **more}


def test_the_base_path_is_the_path_of_the_first_server() -> None:
    assert read(PETS).raw["servers"] == [{"url": "/v1"}]
    assert read({"swagger": "2.0"}).raw["servers"] == [{"url": "/"}]
    assert read({"swagger": "2.0", "basePath": "//[x"}).raw["servers"] == [{"url": "/[x"}]


def test_a_version_without_quotes_is_a_version() -> None:
    assert parse(b"swagger: 2.0\npaths: {}\n", "x").version == "3.0.3"


def test_parameters_keep_their_type_in_a_schema() -> None:
    limit, tags, ids = ops()["GET /pets"].parameters
    assert limit.schema == {"type": "integer", "maximum": 50, "default": 10}
    assert (limit.place, limit.example, limit.required) == ("query", 10, False)
    assert tags.schema == {"type": "array", "items": {"type": "string"}}
    assert ids.example == [1, 2]
    written = read(PETS).raw["paths"]["/pets"]["get"]["parameters"]
    assert [(p["style"], p["explode"]) for p in written] == [
        ("form", True),
        ("pipeDelimited", False),
    ]


def test_security_is_that_of_the_operation_or_the_document() -> None:
    assert ops()["POST /pets"].secured
    assert not ops()["GET /pets"].secured
    schemes = read(PETS).raw["components"]["securitySchemes"]
    assert schemes["basicAuth"] == {"type": "http", "scheme": "basic"}
    assert schemes["key"] == {"type": "apiKey", "in": "query", "name": "api_key"}
    flow = schemes["app"]["flows"]["clientCredentials"]
    assert flow == {"tokenUrl": "/token", "scopes": {"r": ""}}


def test_answers_are_held_against_their_definitions() -> None:
    pointer = ops()["GET /pets"].answers["200"].media["application/json"]
    assert pointer is not None
    assert verdict(read(PETS), [{"name": None, "mother": {"name": "Bea"}}], pointer) == ()
    found = verdict(read(PETS), [{"name": "Rex", "mother": {}}], pointer)
    assert not isinstance(found, str)
    assert found[0].pointer == "#/0/mother"


def test_properties_named_like_keywords_stay_properties() -> None:
    pet = read(PETS).raw["components"]["schemas"]["Pet"]
    assert pet["discriminator"] == {"propertyName": "kind"}
    assert pet["properties"]["discriminator"] == {"type": "string"}
    assert pet["properties"]["x-nullable"] == {"type": "boolean"}
    assert pet["properties"]["name"] == {"type": "string", "nullable": True}


def test_examples_headers_and_shared_responses_are_found() -> None:
    answers = ops()["GET /pets"].answers
    assert answers["410"].media == {
        "application/json": "#/components/responses/gone/content/application~1json/schema"
    }
    assert answers["default"].media == {}
    written = read(PETS).raw["paths"]["/pets"]["get"]["responses"]["200"]
    assert written["headers"] == {"Total": {"schema": {"type": "integer"}}}
    assert written["content"]["application/json"]["example"] == [{"name": "Rex"}]


def test_an_operation_s_own_media_types_win_also_for_what_is_shared() -> None:
    document = read(PETS)
    post = operations(document)["POST /pets"]
    assert set(post.answers["201"].media) == {"application/vnd.pets+json"}
    pointer = post.answers["410"].media["application/vnd.pets+json"]
    assert pointer is not None
    assert verdict(document, {"code": 1}, pointer) == ()
    assert verdict(document, {}, pointer)
    assert post.has_body
    body = document.raw["paths"]["/pets"]["post"]["requestBody"]
    assert body["required"] is True
    (schema,) = (part["schema"] for part in body["content"].values())
    found, _ = document.follow(schema)
    assert found["properties"]["pet"] == {"$ref": "#/components/schemas/Pet"}


def test_form_fields_are_a_body() -> None:
    paths = read(PETS).raw["paths"]["/pets/{id}/photo"]
    upload = paths["put"]["requestBody"]
    assert upload["required"] is True
    assert upload["content"]["multipart/form-data"]["schema"] == {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "title": {"type": "string"},
        },
    }
    assert list(paths["post"]["requestBody"]["content"]) == ["application/x-www-form-urlencoded"]
    assert ops()["PUT /pets/{id}/photo"].parameters[0].name == "id"


def test_a_file_answer_has_a_media_type_and_no_schema() -> None:
    assert ops()["POST /pets/{id}/photo"].answers["200"].media == {"application/json": None}


def test_without_produces_any_media_type_will_do() -> None:
    answer = ops(one({"200": {"description": "", "schema": {"type": "object"}}}))["GET /a"].answers
    assert answer["200"].covering("application/json; charset=utf-8") == ("*/*",)


@pytest.mark.parametrize(
    ("ref", "good", "bad"),
    [
        ("#/definitions/a~1b", 1, "x"),
        ("#/definitions/Pet/properties/kind", "x", 1),
        ("#/responses/gone/schema", {"code": 1}, {}),
        ("#/paths/~1pets/get/responses/200/schema", [], {}),
        ("#/paths/~1pets/get/responses/200/schema/items", {"name": ""}, {}),
        ("#/parameters/pet/schema", {}, []),
    ],
)
def test_references_to_any_schema_still_lead_there(ref: str, good: Any, bad: Any) -> None:
    raw = json.loads(json.dumps(PETS))
    raw["paths"]["/a"] = {
        "get": {"responses": {"200": {"description": "", "schema": {"$ref": ref}}}}
    }
    document = read(raw)
    pointer = operations(document)["GET /a"].answers["200"].media["application/json"]
    assert pointer is not None
    assert verdict(document, good, pointer) == ()
    found = verdict(document, bad, pointer)
    assert found
    assert not isinstance(found, str)


@pytest.mark.parametrize(
    "ref",
    ["#/definitions/None", "other.json#/a", "#/definitions/Loop", "#", "#/responses/x/schema"],
)
def test_references_into_nothing_or_round_in_a_circle_are_problems_of_the_document(
    ref: str,
) -> None:
    raw = one(
        {"200": {"description": "", "schema": {"$ref": ref}}},
        definitions={"Loop": {"$ref": "#/definitions/Loop"}},
    )
    (pointer,) = ops(raw)["GET /a"].answers["200"].media.values()
    assert pointer is not None
    with suppress(SchemaProblem):
        BodySchemas(read(raw)).violations(pointer, {})


@pytest.mark.parametrize("kind", ["responses", "parameters"])
def test_shared_parts_that_refer_to_themselves_or_nothing_are_left_out(kind: str) -> None:
    loop = {"$ref": f"#/{kind}/loop"}
    raw = one({"200": loop, "201": {"$ref": "#/responses/none"}}) | {kind: {"loop": loop}}
    raw["paths"]["/a"]["get"]["parameters"] = [loop, {"$ref": "#/parameters/none"}]
    found = ops(raw)["GET /a"]
    assert found.parameters == ()
    assert all(a.media == {} for a in found.answers.values())


def test_the_document_given_is_not_changed() -> None:
    from seamline.openapi.swagger import convert

    before = json.dumps(PETS)
    convert(PETS)
    assert json.dumps(PETS) == before


def test_a_large_document_of_shared_parts_is_read_in_a_moment() -> None:
    gone = {"$ref": "#/responses/gone"}
    big = {"type": "object", "properties": {f"p{i}": {"type": "string"} for i in range(5000)}}
    raw = {
        "swagger": "2.0",
        "responses": {"gone": {"description": "", "schema": big}},
        "paths": {
            f"/{i}": {"get": {"produces": ["a/json"], "responses": {"200": gone, "404": gone}}}
            for i in range(5000)
        },
    }
    with no_hang():  # seconds; were it not shared: many minutes
        assert len(ops(raw)) == 5000


WORDS = st.sampled_from(
    [
        *("paths", "/a", "get", "parameters", "responses", "200", "schema", "$ref", "definitions"),
        *("#/definitions/A", "#/parameters/A", "#/responses/A", "#/responses/A/schema", "#", "#/"),
        *("#/paths/~1a/get/responses/200/schema", "A", "in", "body", "formData", "query", "name"),
        *("type", "file", "array", "items", "collectionFormat", "produces", "consumes", "swagger"),
        *("securityDefinitions", "security", "basePath", "headers", "examples", "x-nullable"),
        *("discriminator", "allOf", "properties", "required", "oauth2", "flow", "\ud800", "host"),
    ]
)
NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(WORDS, NODES, max_size=5),
    st.dictionaries(WORDS, NODES, max_size=3),
    st.dictionaries(WORDS, NODES, max_size=3),
)
def test_whatever_stands_in_a_document_it_is_read_or_refused_as_a_spec_error(
    raw: dict[str, Any], operation: dict[str, Any], shared: dict[str, Any]
) -> None:
    raw = {**raw, "swagger": "2.0", "paths": {"/a": {"get": operation}}}
    raw |= {kind: {"A": shared} for kind in ("definitions", "parameters", "responses")}
    try:
        document = read(raw)
    except SpecError:
        return
    schemas = BodySchemas(document)
    for op in operations(document).values():
        for answer in op.answers.values():
            for pointer in answer.media.values():
                if pointer is not None:
                    with suppress(SchemaProblem):
                        schemas.violations(pointer, {})


@given(st.recursive(st.none() | st.integers() | WORDS, lambda i: st.dictionaries(WORDS, i)))
def test_any_value_as_a_document_raises_nothing_but_a_spec_error(value: Any) -> None:
    with suppress(SpecError):
        operations(read({**value, "swagger": "2.0"} if isinstance(value, dict) else value))
