"""The gate: what passes, what does not, and why."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.model.event import CaseFinished, DataChecked, Errored, Event, RunStarted, StepRecord
from seamline.model.finding import Finding
from seamline.report.summary import Summary
from seamline.report.tally import Findings
from seamline.spec.project import Gate
from seamline.workflow import gate


def started(*operations: str, parts: Any = ("api", "database")) -> RunStarted:
    return RunStarted(
        at=1, seamline="", project="", system="", document="", engine="", seed=0, cases=1,
        operations=operations, tables=1, parts=parts,
    )  # fmt: skip


def finding(
    check: str = "noServerError", severity: Any = "error", verdict: Any = "confirmed"
) -> Finding:
    return Finding(check=check, severity=severity, subject="GET /a", title="", verdict=verdict)


def case(*findings: Finding, status: int = 200, operation: str = "GET /a") -> CaseFinished:
    step = StepRecord(operation=operation, identity="", credentials="valid", status=status, ms=1)
    return CaseFinished(
        at=1, case="c", subject=operation, kind="positive", steps=(step,), checks={}, abstained={},
        findings=findings,
    )  # fmt: skip


def data(**more: Any) -> DataChecked:
    return DataChecked(**{"at": 1, "table": "t", "check": "notNull", "label": "l", **more})


ERRORED = Errored(at=1, subject="GET /a", case="c", message="")
PASSED = {"api": "", "database": ""}
NO_API = "not run: no case was sent"
NO_DATA = "not run: no data check was evaluated"

CASES: list[tuple[str, list[Event], Gate, Any, dict[str, str], int]] = [
    ("clean", [case(), data()], Gate(), "completed", PASSED, 0),
    ("an error", [case(finding()), data()], Gate(), "completed", {"api": "1 finding", "database": ""}, 1),
    ("not tried again", [case(finding(verdict="unconfirmed")), data()], Gate(), "completed",
     {"api": "1 finding", "database": ""}, 1),
    ("unstable", [case(finding(verdict="unstable")), data()], Gate(), "completed", PASSED, 0),
    ("a warning", [case(finding(severity="warning")), data()], Gate(), "completed", PASSED, 0),
    ("a warning that counts", [case(finding(severity="warning")), data()],
     Gate(fail_on=("error", "warning")), "completed", {"api": "1 finding", "database": ""}, 1),
    ("only warnings count", [case(finding()), data()], Gate(fail_on=("warning",)), "completed", PASSED, 0),
    ("nothing counts", [case(finding()), data()], Gate(fail_on=()), "completed", PASSED, 0),
    ("info never counts", [case(finding(severity="info")), data()], Gate(fail_on=("error", "warning")),
     "completed", PASSED, 0),
    ("two of one part", [case(finding(), finding("contentType")), data()], Gate(), "completed",
     {"api": "2 findings", "database": ""}, 1),
    ("one seen twice is one", [case(finding()), case(finding()), data()], Gate(), "completed",
     {"api": "1 finding", "database": ""}, 1),
    ("rows that a case broke", [case(finding("references")), data()], Gate(), "completed",
     {"api": "", "database": "1 finding"}, 1),
    ("rows that were broken", [case(), data(violations=1, finding=finding("notNull"))], Gate(),
     "completed", {"api": "", "database": "1 finding"}, 1),
    ("a rule that failed", [case(), data(error="no such function")], Gate(), "completed",
     {"api": "", "database": "1 data check could not be evaluated"}, 1),
    ("a rule that failed on changed rows", [case(), data(), data(scope="changes", error="x")], Gate(),
     "completed", {"api": "", "database": "1 data check could not be evaluated"}, 1),
    ("a case that could not be sent", [case(), data(), ERRORED], Gate(), "completed",
     {"api": "1 case could not be carried out", "database": "1 case could not be carried out"}, 1),
    ("nothing was run", [], Gate(), "completed", {"api": NO_API, "database": NO_DATA}, 1),
    ("nothing was run and none need be", [], Gate(unexecuted="ignore"), "completed",
     {"api": NO_API, "database": NO_DATA}, 0),
    ("no database, told", [case()], Gate(unexecuted="warn"), "completed",
     {"api": "", "database": NO_DATA}, 0),
    ("no database", [case()], Gate(), "completed", {"api": "", "database": NO_DATA}, 1),
    ("no database and a finding", [case(finding())], Gate(unexecuted="ignore"), "completed",
     {"api": "1 finding", "database": NO_DATA}, 1),
    ("no database and a case not sent", [case(), ERRORED], Gate(unexecuted="ignore"), "completed",
     {"api": "1 case could not be carried out", "database": "1 case could not be carried out"}, 1),
    ("interrupted", [case(), data()], Gate(), "interrupted",
     {"api": "the run was interrupted", "database": "the run was interrupted"}, 130),
    ("interrupted with a finding", [case(finding()), data()], Gate(), "interrupted",
     {"api": "1 finding", "database": "the run was interrupted"}, 130),
    ("failed", [case(), data()], Gate(), "failed",
     {"api": "the run did not complete", "database": "the run did not complete"}, 1),
    ("failed, and nothing need run", [], Gate(unexecuted="ignore"), "failed",
     {"api": "the run did not complete", "database": "the run did not complete"}, 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "rules", "reason", "passed", "code"),
    [c[1:] for c in CASES],
    ids=[c[0] for c in CASES],
)
def test_rule(
    events: list[Event], rules: Gate, reason: Any, passed: dict[str, str], code: int
) -> None:
    summary = Summary()
    for event in (started("GET /a"), *events):
        summary.on(event)
    found = gate.verdicts(summary, rules, reason)
    assert found == passed
    assert gate.exit_code(found, summary, rules, reason) == code


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (0.5, ""),
        (0.51, "1 of 2 operations had a 2xx (50%), the gate wants 51%"),
        (1, "1 of 2 operations had a 2xx (50%), the gate wants 100%"),
        (0, ""),
    ],
)
def test_share_of_operations_that_answered_well(wanted: float, why: str) -> None:
    summary = Summary()
    events = (started("GET /a", "GET /b"), case(), case(status=404, operation="GET /b"), data())
    for event in events:
        summary.on(event)
    found = gate.verdicts(summary, Gate(operations_reached=wanted), "completed")
    assert found == {"api": why, "database": ""}


def test_only_the_parts_that_were_asked_for_count() -> None:
    summary = Summary()
    for event in (started(parts=("database",)), data()):
        summary.on(event)
    found = gate.verdicts(summary, Gate(), "completed")
    assert (found, gate.exit_code(found, summary, Gate(), "completed")) == ({"database": ""}, 0)


def test_findings_that_are_too_many_to_keep_count_too() -> None:
    summary = Summary()
    summary.findings = Findings(limit=1)
    many = [finding("contentType", "warning"), finding(), finding("authRequired")]
    for event in (started(), case(*many), data()):
        summary.on(event)
    assert gate.verdicts(summary, Gate(), "completed")["api"] == "2 findings"
    both = Gate(fail_on=("error", "warning"))
    assert gate.verdicts(summary, both, "completed")["api"] == "3 findings"


def test_accepted_findings_fail_nothing() -> None:
    accepted = msgspec.structs.replace(finding(), accepted="until 2027-01-01: known")
    summary = Summary()
    for event in (started("GET /a"), case(accepted), data()):
        summary.on(event)
    assert gate.verdicts(summary, Gate(), "completed") == PASSED


def written(*tables: str) -> CaseFinished:
    step = StepRecord(
        operation="GET /a", identity="", credentials="valid", status=200, ms=1,
        rows={table: {"insert": 1} for table in tables},
    )  # fmt: skip
    return CaseFinished(
        at=1, case="c", subject="GET /a", kind="positive", steps=(step,), checks={}, abstained={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "case_", "why"),
    [
        (0.5, written("t"), ""),
        (0.6, written("t"), "requests changed rows of 1 of 2 tables (50%), the gate wants 60%"),
        (1.0, written("t", "u"), ""),
        (0.1, case(), "not run: rows were not watched, and the gate wants tables written"),
    ],
)
def test_share_of_tables_that_were_written(wanted: float, case_: CaseFinished, why: str) -> None:
    summary = Summary()
    for event in (msgspec.structs.replace(started("GET /a"), tables=2), case_, data()):
        summary.on(event)
    found = gate.verdicts(summary, Gate(tables_written=wanted), "completed")
    assert found == {"api": "", "database": why}


def test_budgets_of_warnings_and_of_time() -> None:
    summary = Summary()
    warned = case(finding(severity="warning"), finding("contentType", "warning"))
    for event in (started("GET /a"), warned, msgspec.structs.replace(data(), at=62.0)):
        summary.on(event)

    def said(**rules: Any) -> str:
        return gate.verdicts(summary, Gate(**rules), "completed")["api"]

    assert said(max_warnings=2) == ""
    assert said(max_warnings=1) == "2 warnings, the gate allows 1"
    assert said(max_seconds=61) == ""
    assert said(max_seconds=60.5) == "the run took 61.0 s, the gate allows 60.5 s"
    assert gate.verdicts(summary, Gate(max_seconds=1), "completed")["database"] == ""
