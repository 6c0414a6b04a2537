"""Rules of rows and allowances in whole runs: what fails, what is told, what is tolerated."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from seamline.model.event import DataChecked, Event, FindingConfirmed
from seamline.workflow.artifacts import load_job
from seamline.workflow.reported import run_to_end
from seamline.workflow.run import Run

from ..project import cases_of, end_of, run_project, write_project

MATCHES = {"check": "matches", "column": "text", "pattern": "^[a-z]+$", "name": "small letters"}


def create(*texts: str, **more: Any) -> dict[str, Any]:
    cases = [
        {"id": t, "kind": "positive", "expect": {"status": 201}, "request": {"json": {"text": t}}}
        for t in texts
    ]
    return {"endpoint": "/notes", "method": "POST", "cases": cases, **more}


def data_checks(events: list[Event], label: str) -> dict[str, DataChecked]:
    return {e.scope: e for e in events if isinstance(e, DataChecked) and e.label == label}


def test_a_rule_that_fails_on_changed_rows_is_told_once_and_the_run_goes_on(tmp_path: Path) -> None:
    wrong = {"check": "constraint", "expression": "1 / (length(text) - 3) < 9", "name": "wrong"}
    folder = write_project(
        tmp_path,
        create("abc", "UPPER", "fine"),
        data={"tables": {"notes": {"checks": [wrong, MATCHES]}}},
    )
    events = run_project(folder)
    cases = cases_of(events)
    assert [f.check for f in cases["abc"].findings] == []
    assert [f.check for f in cases["UPPER"].findings] == ["matches"]
    assert cases["fine"].findings == ()
    told = data_checks(events, "wrong")
    assert (told["table"].error, told["changes"].error) == ("", "division by zero")
    assert end_of(events).passed == {"api": "", "database": "1 finding"}
    only_wrong = write_project(
        tmp_path, create("abc"), data={"tables": {"notes": {"checks": [wrong]}}}
    )
    end = end_of(run_project(only_wrong))
    assert (end.passed["database"], end.exit_code) == ("1 data check could not be evaluated", 1)


def test_what_the_seed_breaks_already_is_told_of_the_table_and_stays_confirmed(
    tmp_path: Path,
) -> None:
    """A case that meets it too must not make it unstable, which would let it pass."""
    folder = write_project(
        tmp_path,
        create("UPPER", "fine"),
        data={"tables": {"notes": {"checks": [MATCHES]}}},
        migration="CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text);"
        "INSERT INTO notes (text) VALUES ('BROKEN');",
    )
    events = run_project(folder)
    seen = data_checks(events, "small letters")["table"]
    assert seen.finding is not None
    assert (seen.violations, seen.finding.verdict) == (1, "confirmed")
    assert cases_of(events)["fine"].findings == ()
    assert [e for e in events if isinstance(e, FindingConfirmed)] == []
    assert end_of(events).passed["database"] == "1 finding"


def test_a_rule_is_told_with_the_rows_that_it_looked_at(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, create("one", "two"), data={"tables": {"notes": {"checks": [MATCHES]}}}
    )
    events = run_project(folder, derive=False)
    told = data_checks(events, "small letters")
    assert (told["table"].rows, told["changes"].rows) == (2, 2)
    assert end_of(events).exit_code == 0


def test_an_allowance_holds_until_its_day_and_not_after_it(tmp_path: Path) -> None:
    entry = {
        "endpoint": "/secret",
        "method": "POST",
        "cases": [{"id": "c", "kind": "positive"}],
        "allow": [
            {"check": "noServerError", "reason": "issue 7", "until": "2026-05-31"},
            {"check": "nothingLeaked", "reason": "issue 8"},
        ],
    }
    folder = write_project(tmp_path, entry)

    def on(day: date) -> tuple[str, list[tuple[str, str]]]:
        job = load_job(folder, parts=("api",))
        job = msgspec.structs.replace(job, files=msgspec.structs.replace(job.files, today=day))
        events: list[Event] = []
        run_to_end(Run(job, events.append).execute())
        findings = cases_of(events)["c"].findings
        return end_of(events).passed["api"], [(f.severity, f.title) for f in findings]

    passed, found = on(date(2026, 5, 31))
    assert passed == ""
    assert found == [
        ("info", f"{title} (allowed: issue 7)") for _, title in found for title in [title[:-19]]
    ]
    passed, found = on(date(2026, 6, 1))
    assert passed == "1 finding"
    assert [
        s for s, t in found if t.endswith("(the allowance expired on 2026-05-31: issue 7)")
    ] == ["error"]
