"""Whole runs with keys that are kept here and there: only where a request is carried out twice is found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from seamline.model.event import PairExplored, Skipped

from ..project import run_project, write_project
from ..systems.keys import SCHEMA, WAYS

SYSTEM = Path(__file__).parents[1] / "systems" / "keys.py"


def _document() -> dict[str, Any]:
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}
    post = {"parameters": [key], "responses": {"201": {"description": "made"}}}
    paths = {f"/{way}": {"post": post} for way in WAYS}
    return {"openapi": "3.1.0", "info": {"title": "Keys", "version": "1"}, "paths": paths}


def test_keys_that_outlive_what_is_put_back_are_no_fault(tmp_path: Path) -> None:
    endpoints = [
        {
            "endpoint": f"/{way}",
            "method": "POST",
            "expectedStatus": 201,
            "cases": [
                {
                    "id": way,
                    "kind": "positive",
                    "identity": "anonymous",
                    "expect": {"status": 201},
                }
            ],
        }
        for way in WAYS
    ]
    toml = 'openapi = "openapi.json"\n'
    folder = write_project(tmp_path, endpoints, migration=SCHEMA, system=SYSTEM, toml=toml)
    (folder / "openapi.json").write_text(json.dumps(_document()))
    checks = ("idempotencyKeyHolds",)
    events = run_project(folder, parts=("database",), check=checks, only_transactions=True)
    pairs = [e for e in events if isinstance(e, PairExplored)]
    assert {p.first: [f.detail for f in p.findings] for p in pairs} == {
        "POST /stored": [],
        "POST /ignored": ["in a row"],
    }
    (left,) = [e.item for e in events if isinstance(e, Skipped) and "key is known" in e.item.reason]
    assert "POST /remembered" in left.subject
