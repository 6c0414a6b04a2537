"""Two at once of changes of which something differs by who was first: only what is wrong is found."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from seamline.model.event import Event, PairExplored, Skipped

from ...project import run_project, write_project
from ...systems.habits import SCHEMA, WAYS

PASSING_BY = ("skipped", "let_go", "tried", "missed")
SYSTEM = Path(__file__).parents[2] / "systems" / "habits.py"


def _entry(name: str) -> dict[str, Any]:
    words = ("1", "2") if name in ("crossed", "skipped") else ("any",)
    cases = [
        {
            "id": f"{name}-{word}",
            "kind": "positive",
            "identity": "anonymous",
            "request": {"path": {"word": word}},
            "expect": {"status": 200},
        }
        for word in words
    ]
    return {
        "endpoint": f"/{name}/{{word}}",
        "method": "POST",
        "expectedStatus": 200,
        "cases": cases,
    }


def _explored(folder: Path, names: Iterable[str]) -> tuple[list[Event], list[tuple[str, ...]]]:
    """What came of two at once of each, and what was found."""
    entries = {"endpoints": [_entry(name) for name in names]}
    toml = (
        "[noise]\nidle_watch_ms = 1000\n"  # on a busy machine, too, the workers are heard by then
    )
    write_project(folder, entries, migration=SCHEMA, system=SYSTEM, toml=toml)
    checks = ("serialOutcome", "noDeadlock")
    events = run_project(folder, parts=("database",), check=checks, only_transactions=True)
    pairs = [e for e in events if isinstance(e, PairExplored)]
    assert {p.first.split("/")[1] for p in pairs} == set(names) - {"emptied"}
    found = [(f.subject, f.severity, f.title.partition(":")[0]) for p in pairs for f in p.findings]
    return events, sorted(found)


def test_who_passes_by_what_is_locked_is_right_and_who_then_does_it_is_not(tmp_path: Path) -> None:
    _, found = _explored(tmp_path, PASSING_BY)
    assert found == [
        ("POST /let_go/{word}", "error", "lost update"),
        ("POST /missed/{word}", "error", "lost update"),
    ]


def test_sequences_workers_and_deadlocks_tried_again_are_no_fault(tmp_path: Path) -> None:
    events, found = _explored(tmp_path, [name for name in WAYS if name not in PASSING_BY])
    assert found == [("POST /miscounted/{word}", "error", "lost update")]
    skipped = [e.item for e in events if isinstance(e, Skipped)]
    (shared,) = [s for s in skipped if "by itself too" in s.reason]
    assert shared.subject == "at once: POST /emptied/{word}"
    assert "(DELETE FROM emptied_box)" in shared.reason
