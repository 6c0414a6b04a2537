"""The walk as part of a run: its events, the artifacts, what is kept, what is told where it cannot be."""

from __future__ import annotations

import json
from pathlib import Path

from seamline.model.event import (
    Event,
    FindingConfirmed,
    HistoryChecked,
    RevisionChecked,
    RunFinished,
    Skipped,
)
from seamline.report import JunitReporter, MarkdownReporter
from seamline.workflow.migrations import KEPT

from ..project import SCHEMA, run_project, write_project

NOTES = {"endpoint": "/notes", "method": "GET", "expectedStatus": 200}
FOLDER = 'migrations = { kind = "sql", folder = "db" }'


def project(folder: Path, **files: str) -> Path:
    """The notes system, its schema a folder of files as goose writes them."""
    write_project(folder, NOTES, database=FOLDER)
    (folder / "db").mkdir()
    (folder / "db" / "1_notes.sql").write_text(
        f"-- +goose Up\n{SCHEMA}\n-- +goose Down\nDROP TABLE notes;\n"
    )
    for name, text in files.items():
        (folder / "db" / f"{name}.sql").write_text(text)
    return folder


def revisions(events: list[Event]) -> dict[str, RevisionChecked]:
    return {e.revision: e for e in events if isinstance(e, RevisionChecked)}


def test_a_run_of_the_migrations_alone(tmp_path: Path) -> None:
    folder = project(
        tmp_path / "p",
        **{"2_index": "-- +goose Up\nCREATE INDEX i ON notes (text);\n-- +goose Down\nSELECT 1;\n"},
    )
    events = run_project(folder, parts=("database",), only_walk=True)
    walked = revisions(events)
    assert list(walked) == ["1", "2"]
    assert (walked["1"].equal, walked["2"].equal) == (True, False)
    confirmed = [e.finding for e in events if isinstance(e, FindingConfirmed)]
    assert [(f.check, f.verdict) for f in confirmed] == [("downRestores", "confirmed")]
    end = events[-1]
    assert isinstance(end, RunFinished)
    assert (end.exit_code, end.passed) == (1, {"database": "1 finding"})
    kept = json.loads((folder / "integration" / KEPT).read_text())
    assert set(kept["digests"]) == {"1", "2"}
    for reporter in (MarkdownReporter(tmp_path), JunitReporter(tmp_path / "junit.xml")):
        for event in events:
            reporter.on(event)
        reporter.close()
    page = (tmp_path / "Database_Integration_Testing.md").read_text()
    assert "| `2` | index | done | done | **no** |" in page
    assert "+ index i: CREATE INDEX i ON public.notes USING btree (text)" in page
    assert 'name="2 index"' in (tmp_path / "junit.xml").read_text()


def test_a_whole_run_walks_too_and_a_changed_revision_is_told_once(tmp_path: Path) -> None:
    folder = project(tmp_path / "p")
    events = run_project(folder)
    assert [e.revisions for e in events if isinstance(e, HistoryChecked)] == [1]
    end = events[-1]
    assert isinstance(end, RunFinished)
    assert end.passed["database"] == ""
    file = folder / "db" / "1_notes.sql"
    file.write_text(file.read_text().replace("'second'", "'other'"))
    for number in (1, 0):
        events = run_project(folder, parts=("database",), only_walk=True)
        found = [f for e in events if isinstance(e, HistoryChecked) for f in e.findings]
        assert [f.check for f in found] == ["historyKept"] * number


def test_a_list_of_files_is_told_as_not_walked(tmp_path: Path) -> None:
    events = run_project(write_project(tmp_path, NOTES), parts=("database",), only_walk=True)
    (item,) = [e.item for e in events if isinstance(e, Skipped)]
    assert item.subject == "migrations"
    assert item.reason.startswith("a list of SQL files has no way down")
    end = events[-1]
    assert isinstance(end, RunFinished)
    assert end.passed["database"].startswith("not run")
