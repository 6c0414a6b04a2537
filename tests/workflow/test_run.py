"""Whole runs against a real system on a real database: what a case does must not reach the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seamline.model.event import Errored, Event, FindingConfirmed, RunStarted, Skipped

from ..project import SCHEMA, cases_of, end_of, run_project, write_project


def case(name: str, status: int | list[int] = 200, **more: Any) -> dict[str, Any]:
    """One positive case."""
    return {"id": name, "kind": "positive", "expect": {"status": status}, **more}


def post(path: str, *cases: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An entry of an operation without a body."""
    return {"endpoint": path, "method": "POST", "cases": list(cases), **more}


ENDPOINTS = [
    {
        "endpoint": "/notes",
        "method": "POST",
        "effects": {"success": {"notes": "insert"}},
        "columns": {"#/id": "notes.id", "#/text": "notes.text"},
        "cases": [
            case("create", 201, request={"json": {"text": "ünï\u0000codé".replace("\0", "")}}),
            case("create-again", 201, request={"json": {"text": "again"}}),
        ],
    },
    post("/late", case("late", 201), effects={"success": {"notes": "insert"}}),
    {"endpoint": "/notes/{id}", "method": "GET", "cases": [
        case("after-late", 404, request={"path": {"id": 3}}),
    ]},
    post("/leave_open", case("leave-open")),
    {"endpoint": "/notes/{id}", "method": "PUT", "cases": []},
    post("/structure", case("structure")),
    {"endpoint": "/has_structure", "method": "GET", "cases": [case("no-structure")]},
    post("/die", case("die")),
    {"endpoint": "/health", "method": "GET", "cases": [case("alive-again")]},
    post("/flaky", case("flaky-1"), case("flaky-2")),
    post("/secret", case("secret", identity="someone")),
]  # fmt: skip
TOML = """
[identities.someone]
header = { Authorization = "Bearer {env:NOTES_TOKEN}" }
"""


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """One run of all the routes above."""
    folder = write_project(tmp_path_factory.mktemp("notes"), ENDPOINTS, toml=TOML)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTES_TOKEN", "a-very-secret-token-value")
        return run_project(folder)


def test_first_event_tells_the_plan_and_the_last_one_the_end(events: list[Event]) -> None:
    assert any(isinstance(e, RunStarted) and e.cases == 12 for e in events)
    assert end_of(events).reason == "completed"
    assert end_of(events).exit_code == 1


def test_created_rows_are_seen_and_put_back_with_their_sequence(events: list[Event]) -> None:
    cases = cases_of(events)
    for name in ("create", "create-again"):
        assert cases[name].steps[0].rows == {"notes": {"insert": 1}}
        assert cases[name].findings == ()
        assert cases[name].put_back == 1


def test_a_row_committed_after_the_answer_belongs_to_its_request(events: list[Event]) -> None:
    cases = cases_of(events)
    assert cases["late"].steps[0].rows == {"notes": {"insert": 1}}
    assert cases["late"].findings == ()
    assert cases["after-late"].steps[0].rows == {}


def test_a_transaction_left_open_is_told_and_ended(events: list[Event]) -> None:
    cases = cases_of(events)
    assert any("left open" in note for note in cases["leave-open"].notes)
    assert not any("left open" in n for c in ("structure", "no-structure") for n in cases[c].notes)


def test_a_request_that_changes_the_structure_gets_a_fresh_clone(events: list[Event]) -> None:
    cases = cases_of(events)
    assert any("fresh clone" in note for note in cases["structure"].notes)
    assert cases["no-structure"].findings == ()


def test_a_request_that_ends_the_process_is_found_and_blamed_on_nothing_else(
    events: list[Event],
) -> None:
    cases = cases_of(events)
    assert [f.check for f in cases["die"].findings] == ["noServerError"]
    assert cases["alive-again"].findings == ()
    verdicts = {
        e.finding.case: e.finding.verdict for e in events if isinstance(e, FindingConfirmed)
    }
    assert verdicts["die"] == "confirmed"


def test_what_does_not_recur_alone_is_unstable_and_fails_nothing(events: list[Event]) -> None:
    (finding,) = [
        e.finding for e in events if isinstance(e, FindingConfirmed) and e.finding.case == "flaky-2"
    ]
    assert finding.verdict == "unstable"


def test_no_secret_stands_in_any_event(events: list[Event]) -> None:
    assert cases_of(events)["secret"].findings
    assert "a-very-secret-token-value" not in repr(events)


def test_an_operation_that_no_case_can_fill_is_not_covered_and_says_why(
    events: list[Event],
) -> None:
    items = [e.item for e in events if isinstance(e, Skipped) and e.item.subject.startswith("PUT")]
    assert any("{id}" in item.reason and item.remedy for item in items)


def test_no_case_errored(events: list[Event]) -> None:
    assert [e for e in events if isinstance(e, Errored)] == []


def test_two_runs_give_the_same_cases_and_findings(tmp_path: Path) -> None:
    folder = write_project(tmp_path, ENDPOINTS[:2] + ENDPOINTS[-2:-1])

    def essence(events: list[Event]) -> list[object]:
        return [
            (c.case, [(s.status, s.rows) for s in c.steps], [f.id for f in c.findings], c.checks)
            for c in cases_of(events).values()
        ]

    first, second = run_project(folder), run_project(folder)
    assert essence(first) == essence(second)
    assert end_of(first).exit_code == end_of(second).exit_code


def test_a_run_without_a_database_judges_answers_and_says_what_it_does_not_see(
    tmp_path: Path,
) -> None:
    folder = write_project(
        tmp_path, {"endpoint": "/health", "method": "GET", "expectedStatus": 200}, database=None
    )
    events = run_project(folder)
    (one,) = cases_of(events).values()
    assert one.steps[0].rows is None
    assert one.checks["statusAsExpected"] == 1
    assert one.abstained["safeMethodWritesNothing"] == "rows are not captured"
    assert end_of(events).passed["api"] == ""
    assert end_of(events).passed["database"].startswith("not run")
    assert end_of(events).exit_code == 1


def test_only_the_part_that_was_asked_for_is_judged(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, {"endpoint": "/health", "method": "GET", "expectedStatus": 201}
    )
    assert end_of(run_project(folder, parts=("api",))).exit_code == 1
    only_rows = run_project(folder, parts=("database",))
    assert end_of(only_rows).exit_code == 0
    assert list(end_of(only_rows).passed) == ["database"]


def test_a_row_rule_that_a_request_breaks_names_case_and_operation(tmp_path: Path) -> None:
    rule = {"check": "matches", "column": "text", "pattern": "^[a-z]+$"}
    folder = write_project(
        tmp_path,
        post("/notes", case("upper", 201, request={"json": {"text": "UPPER"}})),
        data={"tables": {"notes": {"checks": [rule]}}},
    )
    events = run_project(folder)
    (finding,) = cases_of(events)["upper"].findings
    assert (finding.check, finding.subject, finding.case) == ("matches", "notes", "upper")
    assert "POST /notes" in finding.title
    assert finding.evidence is not None
    assert [r["text"] for r in finding.evidence.rows] == ["UPPER"]
    assert end_of(events).passed == {"api": "", "database": "1 finding"}


def test_a_background_writer_is_learnt_and_blamed_on_no_request(tmp_path: Path) -> None:
    schema = SCHEMA + "CREATE TABLE heart (at timestamptz); INSERT INTO heart VALUES (now());"
    entries = [
        {
            "endpoint": "/health",
            "method": "GET",
            "cases": [case(f"read-{i}") for i in range(10)],
        },
        post("/notes", case("write", 201, request={"json": {"text": "x"}})),
    ]
    folder = write_project(tmp_path, entries, env='NOTES_MODE = "heart"', migration=schema)
    events = run_project(folder)
    assert end_of(events).exit_code == 0
    assert all(not c.findings for c in cases_of(events).values())
    assert cases_of(events)["write"].steps[0].rows == {"notes": {"insert": 1}}
    (item,) = [e.item for e in events if isinstance(e, Skipped) and e.item.subject == "heart"]
    assert "by itself" in item.reason
