"""Releases whose history is a folder of SQL files, ones that must be prepared, and a limit of time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from seamline.model.vocabulary import ROLLOUT_CHECKS

from ..project import NOTES, SCHEMA, run_project, write_project
from .releases import Seen
from .test_refusals import ENDPOINTS, READ, START, commit

pytestmark = pytest.mark.slow
FOLDER = 'migrations = { kind = "sql", folder = "db/migrations" }'
RENAMED = "ALTER TABLE notes RENAME text TO body;\n"


def project(folder: Path, **previous: Any) -> Path:
    data = {"migrations": {"previous": {"ref": "live", **previous}}}
    write_project(folder, ENDPOINTS, data=data, database=FOLDER)
    revision(folder, 1, SCHEMA, "DROP TABLE notes;")
    return folder


def revision(folder: Path, number: int, up: str, down: str) -> None:
    """Write one as golang-migrate reads them."""
    place = folder / "db" / "migrations"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{number:04}_step.up.sql").write_text(up)
    (place / f"{number:04}_step.down.sql").write_text(down)


def run(folder: Path, **options: Any) -> Seen:
    return Seen(run_project(folder, parts=("database",), check=ROLLOUT_CHECKS, **options))


def test_a_folder_goes_on_where_the_release_ended(tmp_path: Path) -> None:
    folder = project(tmp_path)
    commit(folder)
    assert run(folder).end.idle == "no migration differs from live"
    revision(folder, 2, "ALTER TABLE notes ADD mark int;", "ALTER TABLE notes DROP mark;")
    seen = run(folder)
    assert seen.verdicts == {READ: "safe"}
    assert seen.end.changes == ("column notes.mark integer is new",)
    assert set(seen.end.files) == {
        "db/migrations/0002_step.up.sql",
        "db/migrations/0002_step.down.sql",
    }
    revision(folder, 2, RENAMED, "ALTER TABLE notes RENAME body TO text;")
    seen = run(folder)
    assert seen.verdicts == {READ: "unsafe"}
    assert [f.check for f in seen.operations[READ].findings] == ["oldCodeOnNewSchema"]


def test_a_release_is_prepared_before_it_starts(tmp_path: Path) -> None:
    make = "import pathlib; pathlib.Path('made').write_text('')"
    folder = project(tmp_path, prepare=[sys.executable, "-c", make])
    toml = folder / "seamline.toml"
    toml.write_text(toml.read_text().replace(json.dumps(str(NOTES)), '"start.py"'))
    (folder / "start.py").write_text(f"open('made').close()\n{START}")
    (folder / ".gitignore").write_text("made\n")
    commit(folder)
    (folder / "made").write_text("")
    revision(folder, 2, "ALTER TABLE notes ADD mark int;", "ALTER TABLE notes DROP mark;")
    assert run(folder).verdicts == {READ: "safe"}
    data = folder / "integration" / "Data_Validation_Framework.json"
    data.write_text(json.dumps({"migrations": {"previous": {"ref": "live"}}}))
    assert "made" in run(folder).end.error


def test_what_there_was_no_time_for_is_told(tmp_path: Path) -> None:
    folder = project(tmp_path)
    commit(folder)
    revision(folder, 2, RENAMED, "ALTER TABLE notes RENAME body TO text;")
    seen = run(folder, time="0.000001s")
    assert seen.verdicts == {READ: "not known"}
    assert seen.operations[READ].notes == ("the time of --time was up",)
    assert not seen.findings
