"""What cannot be compared is told, the rest of the run goes on, and the database part does not pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seamline.errors import UsageError
from seamline.model.event import Event, RolloutFinished
from seamline.model.vocabulary import ROLLOUT_CHECKS
from seamline.rollout.release import checked_out
from seamline.workflow.artifacts import load_job

from ..project import NOTES, SCHEMA, cases_of, end_of, run_project, write_project
from .releases import Seen, git

READ = "GET /notes/{id}"
ENDPOINTS = [
    {
        "endpoint": "/notes/{id}",
        "method": "GET",
        "cases": [
            {
                "id": "read",
                "kind": "positive",
                "request": {"path": {"id": 1}},
                "expect": {"status": 200},
            }
        ],
    }
]
START = f"""
import os, sys, psycopg
psycopg.connect(os.environ["DATABASE_URL"]).execute("SELECT text FROM notes")
os.execv(sys.executable, [sys.executable, {str(NOTES)!r}, sys.argv[1]])
"""
FILES = 'migrations = {{ kind = "sql", files = [{}] }}'


def project(folder: Path, ref: str = "live", files: str = '"schema.sql"') -> Path:
    """A project that is compared with a ref."""
    data = {"migrations": {"previous": {"ref": ref}}}
    return write_project(folder, ENDPOINTS, data=data, database=FILES.format(files))


def commit(folder: Path) -> None:
    """Commit all of it as `live`."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "old")
    git(folder, "tag", "live")


def run(folder: Path) -> list[Event]:
    """The comparison alone."""
    return run_project(folder, parts=("database",), check=ROLLOUT_CHECKS)


def test_a_ref_that_does_not_exist_fails_its_part_and_nothing_else(tmp_path: Path) -> None:
    folder = project(tmp_path, ref="nowhere")
    commit(folder)
    events = run_project(folder)
    (told,) = [e for e in events if isinstance(e, RolloutFinished)]
    assert told.error == "migrations.previous 'nowhere': git knows no such commit"
    assert cases_of(events)["read"].steps[0].status == 200
    assert end_of(events).exit_code == 1
    assert end_of(events).passed["api"] == ""
    assert "could not be run side by side" in end_of(events).passed["database"]


def test_a_folder_in_no_repository_is_named(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    files = load_job(folder, parts=("database",)).files
    with pytest.raises(UsageError, match=r"migrations\.previous: .* is in no git repository"):
        checked_out(files, "live", tmp_path / "previous")


def test_a_version_that_does_not_start_over_its_own_schema_is_told(tmp_path: Path) -> None:
    folder = project(tmp_path)
    toml = folder / "seamline.toml"
    good = toml.read_text()
    toml.write_text(good.replace("[system]\ncommand = [", '[system]\ncommand = ["false", '))
    commit(folder)
    toml.write_text(good)
    (folder / "schema.sql").write_text(SCHEMA + "CREATE TABLE more (id int);\n")
    events = run(folder)
    seen = Seen(events)
    assert "live: it does not run over its own schema" in seen.end.error
    assert end_of(events).exit_code == 1


def test_sql_files_that_go_on_are_applied_over_the_rows_that_are_there(tmp_path: Path) -> None:
    folder = project(tmp_path)
    commit(folder)
    project(tmp_path, files='"schema.sql", "2.sql"')
    (folder / "2.sql").write_text("ALTER TABLE notes DROP COLUMN text;\n")
    seen = Seen(run(folder))
    assert seen.end.changes == ("column notes.text is gone",)
    assert seen.verdicts == {READ: "unsafe"}
    (found,) = seen.operations[READ].findings
    assert (found.check, found.severity, found.verdict) == (
        "oldCodeOnNewSchema",
        "error",
        "confirmed",
    )


def test_a_version_that_does_not_start_over_the_other_schema_is_unsafe(tmp_path: Path) -> None:
    folder = project(tmp_path)
    toml = folder / "seamline.toml"
    toml.write_text(toml.read_text().replace(json.dumps(str(NOTES)), '"start.py"'))
    start = folder / "start.py"
    start.write_text(START)
    commit(folder)
    start.write_text(START.replace("SELECT text FROM notes", "SELECT 1"))
    old = toml.read_text().replace('["schema.sql"]', '["schema.sql", "2.sql"]')
    toml.write_text(old)
    (folder / "2.sql").write_text("ALTER TABLE notes RENAME text TO body;\n")
    seen = Seen(run(folder))
    (found,) = seen.end.findings
    assert (found.check, found.severity) == ("oldCodeOnNewSchema", "error")
    assert 'column "text" does not exist' in found.actual
    assert seen.end.verdict == "unsafe"
    assert set(seen.verdicts.values()) <= {"unsafe"}


def test_a_schema_that_is_edited_in_place_has_other_rows_and_is_judged_with_care(
    tmp_path: Path,
) -> None:
    folder = project(tmp_path)
    commit(folder)
    (folder / "schema.sql").write_text(
        SCHEMA.replace("text", "body", 1).replace("(text)", "(body)")
    )
    (folder / "schema.sql").write_text(SCHEMA.replace("'first', ", "").split("INSERT")[0])
    seen = Seen(run(folder))
    assert seen.verdicts == {READ: "not known"}  # 404: there is no such row
    assert seen.findings == {}
    assert "only server errors count" in seen.end.notes[0]


def test_what_the_previous_version_has_no_file_of_is_told(tmp_path: Path) -> None:
    folder = project(tmp_path / "project")
    specs = folder / "integration" / "Endpoint_Validation_Specs.json"
    specs.unlink()
    commit(folder)
    specs.write_text(json.dumps(ENDPOINTS))
    files = load_job(folder, parts=("database",)).files
    release = checked_out(files, "live", tmp_path / "previous")
    assert [n.subject for n in release.not_covered] == [
        "old and new side by side: Endpoint_Validation_Specs of live"
    ]
    assert release.files.endpoints == files.endpoints
    assert git(folder, "worktree", "list").count("\n") == 1
    assert not (tmp_path / "previous.index").exists()
