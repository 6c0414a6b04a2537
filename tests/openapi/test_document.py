from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from seamline.errors import SpecError
from seamline.openapi import yaml_text
from seamline.openapi.document import MAX_BYTES, parse
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas, SchemaProblem

from ..hang import no_hang

YAML = b"""
openapi: 3.0.3
info: {title: Shop, version: 1.0}
x-common: &common
  description: common
  content:
    application/json: {schema: {type: object}}
paths:
  /orders:
    get:
      responses:
        200:
          <<: *common
          description: fine
        '404': *common
        default: *common
      parameters:
        - {name: since, in: query, schema: {type: string, format: date, example: 2026-01-01}}
        - {name: country, in: query, schema: {enum: [NO, DE, on, 012]}}
"""


def problem(data: bytes) -> str:
    with pytest.raises(SpecError) as caught:
        parse(data, "openapi.json")
    return str(caught.value)


@pytest.mark.parametrize(
    "encode", [lambda b: b, lambda b: b"\xef\xbb\xbf" + b, lambda b: b.decode().encode("utf-16")]
)
def test_json_and_yaml_say_the_same_in_each_encoding(encode: Any) -> None:
    raw = {"openapi": "3.1.0", "info": {"title": "Shöp"}, "paths": {}}
    as_json = parse(encode(json.dumps(raw, ensure_ascii=False).encode()), "x")
    as_yaml = parse(encode("openapi: 3.1.0\ninfo: {title: Shöp}\npaths: {}\n".encode()), "x")
    assert as_json.raw == as_yaml.raw == raw
    assert as_json.title == "Shöp"


def test_yaml_statuses_are_text_and_their_schemas_are_found() -> None:
    document = parse(YAML, "openapi.yaml")
    op = operations(document)["GET /orders"]
    assert set(op.answers) == {"200", "404", "default"}
    pointer = op.answers["200"].media["application/json"]
    assert pointer is not None
    assert BodySchemas(document).violations(pointer, [])
    assert not BodySchemas(document).violations(pointer, {})


def test_yaml_dates_and_norway_stay_text() -> None:
    since, country = operations(parse(YAML, "openapi.yaml"))["GET /orders"].parameters
    assert since.example == "2026-01-01"
    assert country.schema["enum"][:3] == ["NO", "DE", "on"]
    json.dumps(parse(YAML, "openapi.yaml").raw)


def test_a_merge_key_yields_to_what_is_written_out() -> None:
    answer = parse(YAML, "x").raw["paths"]["/orders"]["get"]["responses"]["200"]
    assert answer["description"] == "fine"
    assert "content" in answer
    assert parse(b"openapi: 3.1.0\na: &a {x: 1}\nb: {x: 2, <<: [*a]}\n'<<': 3", "x").raw["b"] == {
        "x": 2
    }


@pytest.mark.parametrize(
    ("written", "version"),
    [("3.1", "3.1"), ("3.0", "3.0"), ("'3.1.1'", "3.1.1"), ("3.0.0", "3.0.0")],
)
def test_a_version_without_quotes_is_a_version(written: str, version: str) -> None:
    assert parse(f"openapi: {written}\npaths:\n".encode(), "x").version == version


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "top level is no object"),
        (b"[]", "top level is no object"),
        (b"hello", "top level is no object"),
        (b"<!DOCTYPE html><p>", "an HTML page"),
        (b'{"swagger": "1.2"}', "Swagger '1.2'"),
        (b'{"openapi": "4.0.0"}', "found '4.0.0'"),
        (b'{"openapi": 3}', "found 3"),
        (b'{"info": {}}', "no `openapi: 3.x`"),
        (b'{"openapi": "3.1.0", "paths": []}', "`paths` is no object"),
        (b'{"openapi": "3.1.0",', "broken JSON"),
        (b"openapi: 3.1.0\n\tpaths: {}", "neither JSON nor YAML"),
        (b"openapi: [", "neither JSON nor YAML"),
        (b"\xff\xfe\x00", "neither JSON nor YAML"),
        (b"a: *b", "neither JSON nor YAML"),
        (b"? [a]\n: b", "neither JSON nor YAML"),
        (b"a: &a [*a]", "neither JSON nor YAML"),
    ],
)
def test_what_is_no_document_is_named(data: bytes, says: str) -> None:
    assert says in problem(data)


def test_a_document_of_more_than_16_mb_is_refused_unread() -> None:
    assert "larger than 16 MB" in problem(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"openapi": "3.1.0", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"a: " + b"[" * 200_000,
        b"- " * 100_000,
        b"a: " + b"{a: " * 100_000,
        b"&a " * 100_000,
        b"? " * 50_000,
    ],
)
def test_deep_nesting_is_refused_and_breaks_nothing(data: bytes) -> None:
    problem(data)


def test_a_yaml_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    with no_hang():
        assert "aliases repeat more than" in problem("\n".join(lines).encode())
    lines = ["a0: &a0 {x: 1}"] + [
        f"a{i}: &a{i} {{b: *a{i - 1}, c: *a{i - 1}, <<: *a{i - 1}}}" for i in range(1, 60)
    ]
    with no_hang():
        assert "aliases repeat more than" in problem("\n".join(lines).encode())


def test_honest_aliases_are_read() -> None:
    lines = ["openapi: 3.1.0", "x: &x {a: [1, 2, 3]}", *(f"k{i}: *x" for i in range(1000))]
    assert parse("\n".join(lines).encode(), "x").raw["k999"] == {"a": [1, 2, 3]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-1", -1),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("~", None),
        ("null", None),
        ("", None),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("=", "="),
        (".inf", ".inf"),
        ("nUll", "nUll"),
        ("'<<'", "<<"),
        ("9" * 4500, "9" * 4500),
    ],
)
def test_scalars_are_those_of_the_core_schema(text: str, value: Any) -> None:
    found = yaml_text.decode(f"a: {text}".encode())["a"]
    assert found == value
    assert type(found) is type(value)


SAFE_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | SAFE_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SAFE_TEXT, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=50)
@given(st.dictionaries(SAFE_TEXT, JSON, max_size=4))
def test_yaml_written_by_anyone_else_is_read_as_they_meant_it(value: dict[str, Any]) -> None:
    import yaml

    # PyYAML leaves `0E0` bare, which is text in YAML 1.1 and a number in 1.2: either is right.
    text = yaml.safe_dump(value, allow_unicode=True)
    assume(not re.search(r"(?m)(^|[\s\[{,:-])[-+.]?\d[\d_.]*[eE][-+]?\d+\s*([,\]}:]|$)", text))
    assert yaml_text.decode(text.encode()) == value


@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from("{}[]:,&*!|>-?'\" \nab<"), max_size=80).map(str.encode)
)
def test_arbitrary_bytes_raise_nothing_but_a_spec_error(data: bytes) -> None:
    with suppress(SpecError):
        operations(parse(data, "x"))


WORDS = st.sampled_from(
    [
        "paths",
        "/a",
        "get",
        "post",
        "parameters",
        "responses",
        "200",
        "4XX",
        "default",
        "content",
        "application/json",
        "schema",
        "$ref",
        "#/components/schemas/A",
        "#/paths/~1a",
        "#",
        "#a",
        "x.yaml",
        "components",
        "schemas",
        "A",
        "security",
        "name",
        "in",
        "query",
        "required",
        "type",
        "object",
        "properties",
        "allOf",
        "nullable",
        "writeOnly",
        "pattern",
        "(",
        "items",
        "openapi",
        "operationId",
        "enum",
        "examples",
        "example",
        "exclusiveMinimum",
        "minimum",
        "$id",
        "$anchor",
        "$schema",
        "discriminator",
        "\ud800",
    ]
)
NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=25,
)


@given(
    st.dictionaries(WORDS, NODES, max_size=5),
    st.dictionaries(WORDS, NODES),
    st.sampled_from(["3.0.3", "3.1.0"]),
    NODES,
)
def test_an_arbitrary_object_raises_nothing_but_a_spec_error(
    top: dict[str, Any], operation: dict[str, Any], version: str, body: Any
) -> None:
    raw = {"paths": {"/a": {"get": operation}}, **top, "openapi": version}
    try:
        document = parse(json.dumps(raw).encode(), "x")
        found = operations(document)
    except SpecError:
        return
    schemas = BodySchemas(document)
    for op in found.values():
        assert isinstance(op.secured, bool)
        for answer in op.answers.values():
            for pointer in filter(None, answer.media.values()):
                with suppress(SchemaProblem):
                    schemas.violations(pointer, body)


@given(NODES)
def test_following_references_ends(node: Any) -> None:
    raw = {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"A": node}}}
    found, pointer = parse(json.dumps(raw).encode(), "x").follow({"$ref": "#/components/schemas/A"})
    assert found is None or pointer is not None


@pytest.mark.parametrize(
    ("ref", "value"),
    [
        ("#/paths/~1a~1%7Bid%7D/get", {"x": 1}),
        ("#/paths/~1a~1{id}/get", {"x": 1}),
        ("#/100%25", 3),
        ("#/nowhere", None),
        ("#anchor", None),
        ("other.yaml#/a", None),
        ("https://example.org/openapi.json#/a", None),
        ("file:///etc/passwd", None),
        ("#/loop", None),
        ("#/self", None),
    ],
)
def test_a_reference_is_followed_inside_the_document_only(ref: str, value: Any) -> None:
    raw = {
        "openapi": "3.1.0",
        "paths": {"/a/{id}": {"get": {"x": 1}}},
        "100%": 3,
        "loop": {"$ref": "#/pool"},
        "pool": {"$ref": "#/loop"},
        "self": {"$ref": "#/self"},
    }
    assert parse(json.dumps(raw).encode(), "x").follow({"$ref": ref})[0] == value
