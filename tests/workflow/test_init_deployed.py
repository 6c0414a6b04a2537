"""What init takes to be deployed, and that it stays as it is when revisions have come since."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from seamline.workflow.init import initialize

from ..project import SCHEMA, write_project

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "paths": {"/notes": {"get": {"responses": {"200": {"description": "All."}}}}},
}


def _init(folder: Path, *, update: bool = False) -> tuple[dict[str, Any], list[str]]:
    said: list[str] = []
    assert initialize(folder, None, update=update, say=said.append) == 0
    data = folder / "integration" / "Data_Validation_Framework.json"
    return json.loads(data.read_text()), said


def test_what_is_there_is_history(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path,
        {"endpoints": []},
        database='migrations = { kind = "sql", folder = "db" }',
        toml='openapi = "openapi.json"\n',
    )
    (folder / "openapi.json").write_text(json.dumps(DOCUMENT))
    shutil.rmtree(folder / "integration")
    (folder / "db").mkdir()
    first = f"-- +goose Up\n{SCHEMA}\n-- +goose Down\nDROP TABLE notes;\n"
    (folder / "db" / "1_notes.sql").write_text(first)
    data, said = _init(folder)
    assert data["migrations"] == {"deployed": ["1"]}
    assert any("history: 1 and all below is taken to be deployed" in line for line in said)
    (folder / "db" / "2_more.sql").write_text(
        "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 1;\n"
    )
    data, said = _init(folder, update=True)
    assert data["migrations"] == {"deployed": ["1"]}
    assert not any("deployed" in line for line in said)
