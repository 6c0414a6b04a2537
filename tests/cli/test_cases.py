"""`seamline cases` and `seamline pin`, as a user meets them, and runs with what is derived."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..command import seamline
from ..project import cases_of, end_of, run_project, write_project

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {
            "post": {
                "operationId": "createNote",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["text"],
                                "properties": {"text": {"type": "string"}},
                            }
                        }
                    },
                },
                "responses": {"201": {"description": "made"}, "400": {"description": "no"}},
            }
        },
        "/notes/{id}": {
            "get": {
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {"200": {"description": "one"}, "404": {"description": "none"}},
            }
        },
    },
}
ENDPOINTS = [
    {
        "endpoint": "/notes",
        "method": "POST",
        "operationId": "createNote",
        "cases": [{"id": "ok", "request": {"json": {"text": "x"}}, "expect": {"status": 201}}],
    },
    {
        "endpoint": "/notes/{id}",
        "method": "GET",
        "cases": [{"id": "one", "request": {"path": {"id": 1}}, "expect": {"status": 200}}],
    },
]
MISSING = "createNote~object-missing-required-property.text."


def project(folder: Path, endpoints: Any = ENDPOINTS) -> Path:
    write_project(folder, endpoints, toml='openapi = "openapi.json"\n')
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT))
    return folder


def listed(folder: Path, *more: str) -> list[dict[str, Any]]:
    code, printed = seamline("cases", "-p", folder, "--json", *more)
    assert code == 0, printed
    return [json.loads(line) for line in printed.splitlines()]


def test_cases_lists_what_a_run_sends_and_a_pinned_one_stays(tmp_path: Path) -> None:
    folder = project(tmp_path)
    all_ = listed(folder)
    assert [c["id"] for c in all_] == [c["id"] for c in listed(folder)]
    assert {c["subject"] for c in listed(folder, "POST /notes")} == {"POST /notes"}
    events = run_project(folder)
    assert end_of(events).exit_code == 0
    assert [*cases_of(events)] == [c["id"] for c in all_]

    (name,) = (c["id"] for c in all_ if c["id"].startswith(MISSING))
    code, printed = seamline("pin", name, "-p", folder)
    assert code == 2
    assert "--status" in printed
    code, printed = seamline("run", "-q", "-p", folder)
    assert code == 0, printed
    assert seamline("pin", name, "-p", folder)[0] == 0
    written = json.loads((folder / "integration" / "Endpoint_Validation_Specs.json").read_text())
    (pinned,) = (c for c in written["endpoints"][0]["cases"] if c["id"] == name)
    assert pinned["expect"] == {"status": 400}
    assert pinned["kind"] == "negative"
    assert pinned["request"] == {"json": {}}
    again = listed(folder)
    assert sorted(c["id"] for c in again) == sorted(c["id"] for c in all_)
    assert [c["origin"] for c in again if c["id"] == name] == ["spec"]
    code, printed = seamline("pin", name, "-p", folder)
    assert code == 2
    assert "already" in printed


def test_a_case_that_is_none_is_told_with_the_nearest(tmp_path: Path) -> None:
    code, printed = seamline("pin", MISSING, "-p", project(tmp_path))
    assert code == 2
    assert "Did you mean" in printed


def test_what_was_derived_is_read_again_and_made_anew_for_another_document(tmp_path: Path) -> None:
    folder = project(tmp_path)
    before = listed(folder)
    kept = folder / "integration" / ".seamline" / "derived.json"
    known = json.loads(kept.read_text())
    known["edits"]["POST /notes"] = []
    kept.write_text(json.dumps(known))
    assert len(listed(folder)) < len(before)  # read, not made
    document = json.loads(json.dumps(DOCUMENT))
    document["paths"]["/notes"]["post"]["responses"]["409"] = {"description": "twice"}
    (folder / "openapi.json").write_text(json.dumps(document))
    assert len(listed(folder)) == len(before)
    kept.write_text("{")
    assert len(listed(folder)) == len(before)


@pytest.mark.parametrize("mode", ["", "breaks"])
def test_derived_cases_find_what_no_case_of_the_file_does(tmp_path: Path, mode: str) -> None:
    """The correct system has no findings; the one that trusts its input has, and `--no-derive` none."""
    env = f'NOTES_MODE = "{mode}"' if mode else ""
    write_project(tmp_path, ENDPOINTS, toml='openapi = "openapi.json"\n', env=env)
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    found = {f.title for c in cases_of(run_project(tmp_path)).values() for f in c.findings}
    if mode:
        assert any("nul at body/text" in title for title in found)
        assert any("incorrect type at path id" in title for title in found)
        events = run_project(tmp_path, derive=False)
        assert not any(c.findings for c in cases_of(events).values())
    else:
        assert not found
