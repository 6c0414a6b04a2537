"""`seamline run --plan`: what would run and what cannot, and nothing is sent or written."""

from __future__ import annotations

from pathlib import Path

from ..command import seamline
from ..project import write_project


def test_the_plan_lists_cases_and_gaps_and_writes_nothing(tmp_path: Path) -> None:
    case = {"id": "slow", "expect": {"status": 200}, "identity": "anonymous"}
    entries = [
        {"endpoint": "/slow", "method": "POST", "cases": [case]},
        {"endpoint": "/notes/{id}", "method": "GET"},
    ]
    folder = write_project(tmp_path, entries)
    code, printed = seamline("run", "--plan", "-p", folder)
    assert code == 0
    assert "slow: as anonymous, 200" in printed
    assert "GET /notes/{id}: no case gives a value for {id}" in " ".join(printed.split())
    assert "confirm      yes" in printed
    assert sorted(p.name for p in (folder / "integration").iterdir()) == [
        "Endpoint_Validation_Specs.json"
    ]


def test_the_plan_says_what_is_missing_without_a_database(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, {"endpoint": "/health", "method": "GET", "expectedStatus": 200}, database=None
    )
    code, printed = seamline("run", "--plan", "-p", folder)
    assert code == 0
    assert "rows, undo   no: no [database]" in printed
