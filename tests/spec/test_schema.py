"""The exported JSON Schemas accept the format's examples and refuse what they name."""

from __future__ import annotations

import json
import tomllib

import jsonschema_rs
import pytest

from seamline.spec.schema import Kind, export

from .samples import DATA_FILE, ENDPOINT_FILE, PROJECT_FILE

EXAMPLES = {
    "endpoints": json.loads(ENDPOINT_FILE),
    "data": json.loads(DATA_FILE),
    "project": tomllib.loads(PROJECT_FILE),
}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_the_schema_is_one_and_accepts_the_example(kind: Kind) -> None:
    schema = export(kind)
    jsonschema_rs.meta.validate(schema)
    assert list(jsonschema_rs.Draft202012Validator(schema).iter_errors(EXAMPLES[kind])) == []
    assert schema["$id"] == f"urn:seamline:schema:{kind}:1"
    assert schema["description"]
    for name, definition in schema["$defs"].items():
        if definition.get("type") == "object":
            assert definition["additionalProperties"] is False, name
            assert definition["description"], name


def test_all_outer_shapes_of_an_endpoint_file_are_accepted() -> None:
    validator = jsonschema_rs.Draft202012Validator(export("endpoints"))
    entry = EXAMPLES["endpoints"]["endpoints"][0]
    for document in (entry, [entry], {"endpoints": [entry]}):
        assert validator.is_valid(document)
    for document in ({}, 5, entry | {"expct": 1}, [entry | {"method": "POTS"}]):
        assert not validator.is_valid(document)


def test_error_effects_are_tables_and_a_reason() -> None:
    validator = jsonschema_rs.Draft202012Validator(export("endpoints"))
    entry = {"endpoint": "/a", "method": "GET"}
    assert validator.is_valid(
        entry | {"effects": {"error": {"audit": ["insert"], "reason": "because"}}}
    )
    assert not validator.is_valid(entry | {"effects": {"error": {"audit": "because"}}})
