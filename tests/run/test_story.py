"""A request that needs others before it gets derived cases too, behind the steps that it needs."""

from __future__ import annotations

import json
from pathlib import Path

from ..project import cases_of, run_project, write_project

CREATE = {
    "endpoint": "/notes",
    "method": "POST",
    "cases": [{"id": "make", "request": {"json": {"text": "mine"}}, "expect": {"status": 201}}],
}
READ = {
    "endpoint": "/notes/{id}",
    "method": "GET",
    "cases": [
        {
            "id": "life",
            "kind": "sequence",
            "steps": [
                {"use": "make", "as": "made"},
                {
                    "operation": "GET /notes/{id}",
                    "request": {"path": {"id": {"$from": "made#/id"}}},
                    "expect": {"status": 200},
                },
            ],
        }
    ],
}

ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
NOTE = {"type": "object", "properties": {"id": {"type": "integer"}, "text": {"type": "string"}}}
ANSWER = {"description": "", "content": {"application/json": {"schema": NOTE}}}
REFUSED = {"description": "", "content": {"text/plain": {}}}
BODY = {"required": True, "content": {"application/json": {"schema": NOTE}}}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {
        "/notes": {"post": {"requestBody": BODY, "responses": {"201": ANSWER}}},
        "/notes/{id}": {
            "get": {"parameters": [ID], "responses": {"200": ANSWER, "404": REFUSED}},
        },
    },
}


def test_invalid_input_is_sent_behind_the_steps_that_make_the_thing(tmp_path: Path) -> None:
    folder = write_project(tmp_path, [CREATE, READ], toml='openapi = "document.json"\n')
    (folder / "document.json").write_text(json.dumps(DOCUMENT))
    found = cases_of(run_project(folder, operation=("GET /notes/{id}",)))
    derived = [c for name, c in found.items() if name != "life"]
    assert derived
    for case in derived:
        assert case.steps[0].operation == "POST /notes", case.case
        assert case.steps[0].status == 201
        assert case.subject == "GET /notes/{id}"
    assert {c.kind for c in derived} >= {"negative"}
