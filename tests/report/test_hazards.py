"""What a revision does to full tables, as every report tells of it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from seamline.model.event import RevisionChecked, RevisionMeasured
from seamline.model.finding import Evidence, Finding

from .test_rollout import CHECKED, FINISHED, STARTED, told

FOUND = Finding(
    check="noRewriteUnderLock", severity="warning", subject="revision b",
    title="ALTER TABLE writes item anew while nobody can read or write it", detail="item",
    why="Instead: a new column", evidence=Evidence(sql="ALTER TABLE item ALTER n TYPE bigint"),
)  # fmt: skip
REVISIONS = (
    RevisionChecked(at=1.0, revision="a", message="One", file="v/a.py", up="done", ms=(1.0,)),
    RevisionChecked(at=1.0, revision="b", message="Two", file="v/b.py", up="done", ms=(1.0,)),
)
MEASURED = RevisionMeasured(
    at=1.0, revision="b", rows=100_000, ms=250.0, locks=("ACCESS EXCLUSIVE on item",),
    blocks="reads and writes", rewritten=("item",), checks=("noRewriteUnderLock",),
    findings=(FOUND,), notes=("late was left empty: no lock on it counts",),
)  # fmt: skip


def _line(document: str, revision: str) -> str:
    (line,) = (x for x in document.splitlines() if x.startswith(f"| `{revision}` |"))
    return line


def test_the_table_has_lock_rewrite_time_and_the_old_version(tmp_path: Path) -> None:
    finished = msgspec.structs.replace(FINISHED, files=("v/b.py",))
    document, junit, terminal = told(tmp_path, STARTED, *REVISIONS, MEASURED, CHECKED, finished)
    assert "| Lock | Rewrites | Up on full tables | Old version |" in document
    assert _line(document, "a").endswith("| – | – | – | – |")
    assert _line(document, "b").endswith(
        "| ACCESS EXCLUSIVE on item | `item` | 250 ms | **breaks** |"
    )
    assert "full (up to 100,000 rows)" in document
    assert "late was left empty" in document
    assert "ALTER TABLE item ALTER n TYPE bigint" in document
    assert "b on full tables" in junit
    assert FOUND.id in terminal


def test_without_measures_the_table_is_as_it_was(tmp_path: Path) -> None:
    document, _, _ = told(tmp_path, STARTED, *REVISIONS)
    assert "Lock" not in document
    assert "Old version" not in document
