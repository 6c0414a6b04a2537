"""What follows from a document, held against the document itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from seamline.openapi.derive import coverage
from seamline.openapi.derive.coverage import NotInstalled
from seamline.openapi.derive.derive import derive
from seamline.openapi.derive.edit import Edit
from seamline.openapi.document import parse
from seamline.openapi.operation import operations

ITEM = {
    "type": "object",
    "required": ["name", "count"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 2, "maxLength": 8},
        "count": {"type": "integer", "minimum": 1, "maximum": 9},
        "colour": {"enum": ["red", "green"]},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
    },
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Items", "version": "1"},
    "paths": {
        "/items": {
            "parameters": [
                {
                    "name": "page",
                    "in": "query",
                    "schema": {"type": "integer", "minimum": 1, "maximum": 50},
                }
            ],
            "get": {"responses": {"200": {"description": "all"}}},
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/I"}}},
                },
                "responses": {"201": {"description": "made"}},
            },
        },
        "/broken": {"get": {"parameters": [{"$ref": "#/nowhere"}], "responses": {}}},
    },
    "components": {"schemas": {"I": ITEM}},
}


def derived(document: Any = DOCUMENT) -> dict[str, tuple[Edit, ...]]:
    read = parse(json.dumps(document).encode(), "d.json")
    return derive(read, operations(read))


def by_place(edits: tuple[Edit, ...], where: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for edit in edits:
        if edit.where == where:
            said = {True: "valid", False: "invalid", None: "unsaid"}[edit.valid]
            found.setdefault(said, []).append(edit.value)
    return found


def test_edges_are_valid_and_what_lies_beyond_is_not() -> None:
    made = derived()
    page = by_place(made["GET /items"], "query page")
    assert {"1", "2", "49", "50"} & set(page["valid"]) >= {"2", "49", "50"}
    assert {"0", "51"} <= {v for v in page["invalid"] if isinstance(v, str)}
    count = by_place(made["POST /items"], "body/count")
    assert {0, 10} <= {v for v in count["invalid"] if isinstance(v, int)}
    assert {8, 9} <= set(count["valid"])
    assert msgspec.UNSET in count["invalid"]  # required
    assert msgspec.UNSET in by_place(made["POST /items"], "body/colour")["valid"]


def test_every_word_on_bodies_is_what_a_schema_validator_says() -> None:
    """Golden against a second reading: `modern` and pointers aside, plain JSON Schema decides."""
    plain = {**ITEM, "properties": {k: v for k, v in ITEM["properties"].items() if k != "id"}}  # type: ignore[attr-defined]
    validator = jsonschema_rs.Draft202012Validator(plain)
    base = {"name": "aa", "count": 1, "colour": "red", "tags": ["x"]}
    checked = 0
    for edit in derived()["POST /items"]:
        if edit.place == "body" and len(edit.at) == 1 and edit.at[0] in base:
            body = {k: v for k, v in base.items() if k != edit.at[0]}
            if edit.value is not msgspec.UNSET:
                body[str(edit.at[0])] = edit.value
            if edit.valid is not None and validator.is_valid(body) is not edit.valid:
                raise AssertionError(edit)
            checked += 1
    assert checked > 25


def test_an_integer_written_as_a_float_is_no_invalid_input() -> None:
    for edits in derived().values():
        for edit in edits:
            if edit.scenario == "incorrect-type" and isinstance(edit.value, float):
                assert not edit.value.is_integer()


def test_what_a_server_sets_itself_is_never_called_invalid() -> None:
    assert "invalid" not in by_place(derived()["POST /items"], "body/id")


def test_a_part_that_cannot_be_read_costs_the_others_nothing() -> None:
    assert {"GET /items", "POST /items"} <= derived().keys()


def test_ids_stay_when_the_document_grows() -> None:
    before = {e.slug for e in derived()["POST /items"]}
    grown = json.loads(json.dumps(DOCUMENT))
    grown["components"]["schemas"]["I"]["properties"]["note"] = {"type": "string"}
    after = {e.slug for e in derived(grown)["POST /items"]}
    # A choice of optional properties is another one where there are more of them.
    kept = {s for s in before if not s.startswith("object-required-and-optional")}
    assert kept <= after
    assert any("note" in s for s in after - before)


def test_what_comes_out_is_what_came_out_before(snapshot: SnapshotAssertion) -> None:
    lines = [
        f"{key} {e.valid} {e.scenario} {e.where} {str(e.value)[:40]!r}"
        for key, edits in derived().items()
        for e in edits
    ]
    assert "\n".join(lines) == snapshot


def test_it_is_the_same_in_a_process_with_other_hashes(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(json.dumps(DOCUMENT))
    program = (
        "import sys, msgspec\n"
        "from seamline.openapi.derive.derive import derive\n"
        "from seamline.openapi.document import parse\n"
        "from seamline.openapi.operation import operations\n"
        "read = parse(open(sys.argv[1], 'rb').read(), 'd.json')\n"
        "sys.stdout.buffer.write(msgspec.json.encode(derive(read, operations(read))))\n"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "d.json")],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
    assert json.loads(said.pop())["POST /items"]


def test_without_the_library_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "schemathesis", None)
    with pytest.raises(NotInstalled):
        list(coverage.samples(parse(json.dumps(DOCUMENT).encode(), "d.json")))
