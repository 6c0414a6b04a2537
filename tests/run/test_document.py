"""Documents in several files: what is taken in, what is not, and that it all ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from seamline.openapi.document import Document, read
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas, SchemaProblem
from seamline.run import document as reading
from seamline.run.document import MOST_PARTS, _fetched_part, _file_part, whole
from seamline.spec.project import Project, System

from ..hang import no_hang

BASE = "http://127.0.0.1:1/api/openapi.json"


async def taken_in(raw: Any, files: dict[str, Any], asked: list[str] | None = None) -> Document:
    async def load(address: str) -> bytes | None:
        if asked is not None:
            asked.append(address)
        found = files.get(address.removeprefix("http://127.0.0.1:1"))
        return None if found is None else json.dumps(found).encode()

    return read(await whole(raw, BASE, load), "openapi.json")


def main(**paths: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {}, "paths": paths}


def answering(ref: str) -> dict[str, Any]:
    schema = {"schema": {"$ref": ref}}
    return {
        "get": {"responses": {"200": {"description": "", "content": {"application/json": schema}}}}
    }


def pointer(document: Document, key: str) -> str:
    found = operations(document)[key].answers["200"].media["application/json"]
    assert found is not None
    return found


async def test_references_into_other_files_are_local_ones_afterwards() -> None:
    files = {
        "/api/paths/pet.json": answering("../schemas.json#/Pet"),
        "/api/schemas.json": {
            "Pet": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"$ref": "#/Kind"}},
            },
            "Kind": {"enum": ["cat", "dog"]},
        },
    }
    raw = main(**{"/pet": {"$ref": "paths/pet.json"}, "/kind": answering("schemas.json#/Kind")})
    document = await taken_in(raw, files)
    schemas = BodySchemas(document)
    assert not schemas.violations(pointer(document, "GET /pet"), {"kind": "cat"})
    assert schemas.violations(pointer(document, "GET /pet"), {"kind": "cow"})
    assert schemas.violations(pointer(document, "GET /kind"), "cow")


async def test_files_that_refer_to_each_other_and_back_end() -> None:
    files = {
        "/api/a.json": {"A": {"properties": {"b": {"$ref": "b.json#/B"}}}},
        "/api/b.json": {
            "B": {"properties": {"a": {"$ref": "a.json#/A"}, "m": {"$ref": BASE + "#/x-m"}}}
        },
    }
    raw = {**main(**{"/a": answering("a.json#/A")}), "x-m": {"type": "integer"}}
    asked: list[str] = []
    document = await taken_in(raw, files, asked)
    assert len(asked) == 2
    schemas = BodySchemas(document)
    assert not schemas.violations(pointer(document, "GET /a"), {"b": {"a": {"b": {"m": 1}}}})
    assert schemas.violations(pointer(document, "GET /a"), {"b": {"a": {"b": {"m": "x"}}}})


async def test_what_cannot_be_had_spoils_nothing_else() -> None:
    raw = main(**{"/a": answering("gone.json#/A"), "/b": answering("#/x-b")})
    document = await taken_in({**raw, "x-b": {"type": "integer"}}, {})
    schemas = BodySchemas(document)
    with pytest.raises(SchemaProblem):
        schemas.violations(pointer(document, "GET /a"), {})
    assert schemas.violations(pointer(document, "GET /b"), "x")


async def test_the_address_that_a_document_gives_itself_counts() -> None:
    raw = {
        "openapi": "3.2.0",
        "$self": "/v2/openapi.json",
        "paths": {"/a": answering("/v2/openapi.json#/x-a"), "/b": answering("more.json")},
        "x-a": {"type": "integer"},
    }
    asked: list[str] = []
    document = await taken_in(raw, {"/v2/more.json": {"type": "string"}}, asked)
    assert asked == ["http://127.0.0.1:1/v2/more.json"]
    schemas = BodySchemas(document)
    assert schemas.violations(pointer(document, "GET /a"), "x")
    assert schemas.violations(pointer(document, "GET /b"), 1)


async def test_a_document_without_end_is_bounded() -> None:
    asked: list[str] = []

    async def load(address: str) -> bytes:
        asked.append(address)
        number = len(asked)
        return json.dumps({"$ref": f"{number}.json", "x": {"$ref": f"more{number}.json"}}).encode()

    with no_hang():
        await whole(main(**{"/a": {"$ref": "0.json"}}), BASE, load)
    assert len(asked) == MOST_PARTS


def test_files_outside_the_project_are_not_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "project", tmp_path / "secret.json"
    inside.mkdir()
    (inside / "part.json").write_text("{}")
    (inside / "link.json").symlink_to(outside)
    outside.write_text("{}")
    folders = (inside.resolve(),)
    assert _file_part((inside / "part.json").as_uri(), folders) == b"{}"
    for address in (outside.as_uri(), (inside / "link.json").as_uri(), "http://127.0.0.1/x"):
        assert _file_part(address, folders) is None


async def test_other_hosts_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def fetch(address: str, label: str, project: Project) -> bytes:
        asked.append(address)
        return b"{}"

    monkeypatch.setattr(reading, "_fetch", fetch)
    project = Project(system=System(url="http://a"), folder=Path())
    for address in (
        "http://a/part",
        "http://127.0.0.1:9/part",
        "http://localhost/part",
        "http://b/part",
        "http://169.254.169.254/latest",
        "http://user@a/part",
        "ftp://a/part",
        "file:///etc/passwd",
    ):
        await _fetched_part(address, "http://a/openapi.json", project)
    assert asked == ["http://a/part", "http://127.0.0.1:9/part", "http://localhost/part"]
