"""Pairs of a system whose every change has a twin that is right: by the real server, schedule by schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from seamline.model.event import (
    Event,
    FindingConfirmed,
    PairExplored,
    Skipped,
    SweepFinished,
)
from seamline.model.finding import Finding
from seamline.workflow.artifacts import load_job
from seamline.workflow.replay import replay
from seamline.workflow.reported import run_to_end

from ...project import run_project, write_project
from ...systems.accounts import SCHEMA

SYSTEM = Path(__file__).parents[2] / "systems" / "accounts.py"
CHECKS = ("serialOutcome", "noDeadlock")


def _entry(path: str, *values: dict[str, int]) -> dict[str, Any]:
    name = path.strip("/").split("/")[0]
    cases = [
        {
            "id": f"{name}-{number}",
            "kind": "positive",
            "identity": "anonymous",
            "request": {"path": value},
            "expect": {"status": 200},
        }
        for number, value in enumerate(values or ({},))
    ]
    return {"endpoint": path, "method": "POST", "expectedStatus": 200, "cases": cases}


ENDPOINTS = [
    *(_entry(f"/take_{way}") for way in ("read", "late", "atomic", "locked", "silent")),
    *(_entry(f"/loop_{way}") for way in ("read", "atomic")),
    *(_entry(f"/leave_{way}/{{who}}", {"who": 1}, {"who": 2}) for way in ("skew", "serial")),
    *(
        _entry(f"/move_{way}/{{one}}/{{two}}", {"one": 1, "two": 2}, {"one": 2, "two": 1})
        for way in ("any", "sorted")
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("accounts")
    return write_project(place, {"endpoints": ENDPOINTS}, migration=SCHEMA, system=SYSTEM)


@pytest.fixture(scope="module")
def events(folder: Path) -> list[Event]:
    return run_project(folder, parts=("database",), check=CHECKS, only_transactions=True)


def _found(events: list[Event]) -> dict[str, Finding]:
    return {f.subject: f for e in events if isinstance(e, PairExplored) for f in e.findings}


def test_only_the_wrong_twins_are_found(events: list[Event]) -> None:
    found = {s: (f.check, f.severity, f.title.partition(":")[0]) for s, f in _found(events).items()}
    assert found == {
        "POST /take_read": ("serialOutcome", "error", "lost update"),
        "POST /take_late": ("serialOutcome", "error", "lost update"),
        "POST /loop_read": ("serialOutcome", "error", "lost update"),
        "POST /take_silent": ("serialOutcome", "error", "no answer"),
        "POST /leave_skew/{who}": ("serialOutcome", "error", "double spend"),
        "POST /move_any/{one}/{two}": (
            "noDeadlock",
            "warning",
            "two POST /move_any/{one}/{two} (with move_any-1) at once deadlock each other",
        ),
    }


def test_every_pair_was_explored_to_its_end(events: list[Event]) -> None:
    pairs = [e for e in events if isinstance(e, PairExplored)]
    assert {p.first.split("/")[1] for p in pairs} == {
        "take_read",
        "take_late",
        "take_atomic",
        "take_locked",
        "loop_read",
        "loop_atomic",
        "take_silent",
        "leave_skew",
        "leave_serial",
        "move_any",
        "move_sorted",
    }
    assert all(p.left == 0 for p in pairs)


def test_first_witness_of_a_lost_update_comes_early(events: list[Event]) -> None:
    witness = _witness(_found(events)["POST /take_read"])
    assert [t.side for t in witness.turns] == ["A", "B", "B", "B", "A", "A"]
    assert witness.turns[0].sql.startswith("SELECT amount")
    assert [t.params for t in witness.turns if t.sql.startswith("UPDATE")] == [("9",), ("9",)]
    pair = next(e for e in events if isinstance(e, PairExplored) and e.first == "POST /take_read")
    assert pair.schedules <= 8
    assert witness.ending.rows == ('update take_read {"amount":9,"id":1}',)
    assert {e.rows for e in witness.serial} == {('update take_read {"amount":8,"id":1}',)}


def _witness(finding: Finding) -> Any:
    assert finding.evidence is not None
    assert finding.evidence.schedule is not None
    return finding.evidence.schedule


def test_errors_are_confirmed_on_a_fresh_system(events: list[Event]) -> None:
    verdicts = {
        e.finding.subject: e.finding.verdict for e in events if isinstance(e, FindingConfirmed)
    }
    assert verdicts == {
        "POST /take_read": "confirmed",
        "POST /take_late": "confirmed",
        "POST /take_silent": "confirmed",
        "POST /loop_read": "confirmed",
        "POST /leave_skew/{who}": "confirmed",
    }


def test_the_same_schedules_run_again(folder: Path, events: list[Event]) -> None:
    some = ("POST /take_read", "POST /leave_skew/{who}", "POST /take_locked")
    again = run_project(
        folder, parts=("database",), check=CHECKS, operation=some, only_transactions=True
    )
    assert _timeless(again, some) == _timeless(events, some)


def _timeless(events: list[Event], some: tuple[str, ...]) -> list[Any]:
    """All that is told of some pairs and their findings, in its order, without how long it took."""
    told = [
        msgspec.structs.replace(
            e, at=0.0, **({"seconds": 0.0} if isinstance(e, PairExplored) else {})
        )
        for e in events
        if (isinstance(e, PairExplored) and e.first in some)
        or (isinstance(e, FindingConfirmed) and e.finding.subject in some)
    ]
    return [msgspec.to_builtins(e) for e in told]


def test_a_schedule_is_replayed(folder: Path, events: list[Event]) -> None:
    job = load_job(folder, parts=("api", "database"))
    finding = _found(events)["POST /leave_skew/{who}"]

    again = run_to_end(replay(job, finding, lambda event: None))
    assert again.outcome == "still fails"


def test_what_there_is_no_time_for_is_told(folder: Path) -> None:
    seen = run_project(folder, parts=("database",), only_transactions=True, time="1ms")
    assert not [e for e in seen if isinstance(e, PairExplored)]
    assert not any(e.faults for e in seen if isinstance(e, SweepFinished))
    left = {e.item.subject: e.item.reason for e in seen if isinstance(e, Skipped)}
    assert left["atomicity of POST /take_locked"].startswith("the time for it was over")
    assert (
        "likelier ones"
        in left["at once: POST /take_read | POST /take_read (the same request twice)"]
    )
