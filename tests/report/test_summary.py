from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from seamline.model.event import Event, FindingConfirmed
from seamline.model.finding import Finding
from seamline.model.vocabulary import (
    API_CHECKS,
    DATA_CHECKS,
    DOCUMENT_CHECKS,
    MIGRATION_CHECKS,
    ROLLOUT_CHECKS,
    TRANSACTION_CHECKS,
    Severity,
)
from seamline.report import (
    JunitReporter,
    MarkdownReporter,
    NdjsonReporter,
    Reporters,
    Summary,
    TerminalReporter,
)
from seamline.report.sections import SECTIONS, part_of_check
from seamline.report.tally import Findings, Latency
from seamline.report.verdict import verdict

from .streams import AT, Runs, case, finished, started, step
from .wrong import hostile, negative_stock, total_differs


def folded(*events: Event) -> Summary:
    summary = Summary()
    for event in events:
        summary.on(event)
    return summary


@pytest.mark.parametrize(
    "check",
    [
        *API_CHECKS,
        *DATA_CHECKS,
        *MIGRATION_CHECKS,
        *ROLLOUT_CHECKS,
        *TRANSACTION_CHECKS,
        *DOCUMENT_CHECKS,
    ],
)
def test_every_check_has_its_section(check: str) -> None:
    assert any(check in section.checks for section in SECTIONS)


def test_every_section_names_only_known_checks() -> None:
    assert {c for section in SECTIONS for c in section.checks} == {
        *API_CHECKS,
        *DATA_CHECKS,
        *DOCUMENT_CHECKS,
        *MIGRATION_CHECKS,
        *ROLLOUT_CHECKS,
        *TRANSACTION_CHECKS,
    }


def test_findings_of_row_checks_count_for_the_database() -> None:
    assert {part_of_check(c) for c in (*DATA_CHECKS, *MIGRATION_CHECKS)} == {"database"}
    assert {part_of_check(c) for c in API_CHECKS} == {"api"}


def test_applied_is_passed_plus_failed() -> None:
    two_in_one = (total_differs(), replace(total_differs(), detail="#/id"))
    summary = folded(
        case("a", "POST /orders", (), checks={"createdRowMatches": 2}),
        case("b", "POST /orders", (), checks={"createdRowMatches": 1}, findings=two_in_one),
    )
    tally = summary.check("createdRowMatches")
    assert (tally.applied, tally.passed, tally.failed) == (3, 2, 1)
    assert summary.operations["POST /orders"].checks["createdRowMatches"].failed == 1


def test_a_confirmation_changes_the_verdict_keeps_the_evidence_and_is_no_sighting() -> None:
    again = replace(total_differs(), verdict="confirmed", evidence=None)
    summary = folded(
        case("a", "POST /orders", (), findings=(total_differs(),)),
        FindingConfirmed(at=AT, finding=again),
    )
    (seen,) = summary.findings
    assert (seen.finding.verdict, seen.seen) == ("confirmed", 1)
    assert seen.finding.evidence is not None


def test_more_findings_than_fit_are_counted_and_the_more_severe_stay() -> None:
    findings = Findings(limit=3)
    order: tuple[tuple[str, Severity], ...] = (
        ("contentType", "info"),
        ("responseSchema", "warning"),
        ("noServerError", "error"),
    )
    for check, severity in order:
        for n in range(2):
            findings.add(Finding(check=check, severity=severity, subject=str(n), title=""))
    kept = [(f.finding.severity, f.finding.check) for f in findings]
    assert [s for s, _ in kept] == ["error", "error", "warning"]
    assert findings.left_out == {("api", "info"): 2, ("api", "warning"): 1}


def test_findings_of_one_part_never_push_out_those_of_the_other() -> None:
    findings = Findings(limit=2)
    for n in range(5):
        findings.add(Finding(check="range", severity="error", subject=str(n), title=""))
    findings.add(Finding(check="contentType", severity="info", subject="GET /a", title=""))
    assert [len(findings.of_part(p)) for p in ("api", "database")] == [1, 2]
    assert findings.left_out == {("database", "error"): 3}


def test_a_kept_finding_is_small() -> None:
    findings = Findings()
    findings.add(hostile("noServerError", "error", "GET /a"))
    (seen,) = findings
    assert len(repr(seen.finding)) < 100_000
    assert seen.finding.fingerprint == hostile("noServerError", "error", "GET /a").fingerprint


@given(st.lists(st.floats(min_value=0.001, max_value=1e6), min_size=1, max_size=200))
def test_quantiles_are_as_sharp_as_promised(values: list[float]) -> None:
    latency = Latency()
    for value in values:
        latency.add(value)
    ordered = sorted(values)
    for share in (0.5, 0.95, 1.0):
        exact = ordered[max(1, -int(-share * len(ordered) // 1)) - 1]
        assert latency.quantile(share) == pytest.approx(exact, rel=0.0101)
    assert latency.max == ordered[-1]


def test_rows_put_back_are_only_told_where_they_were_counted() -> None:
    watched = case("a", "GET /a", (step("GET /a", 200, 1.0, {"t": {"update": 2}}),), put_back=2)
    unwatched = case("b", "GET /a", (step("GET /a", 200, 1.0),), put_back=None)
    assert folded(unwatched).put_back is None
    assert folded(watched, unwatched).put_back == 2
    assert folded(watched).row_changes == 2


def test_passed_is_only_said_of_a_completed_run_in_which_the_gate_said_so() -> None:
    lines = {
        "passed": folded(started(), finished()),
        "failed: 2 findings": folded(started(), finished(passed={"api": "2 findings"})),
        "not run: no case": folded(started(), finished(passed={"api": "not run: no case"})),
        "not run: the run gave no verdict": folded(started(), finished(passed={})),
        "failed: the run was cut off": folded(started()),
        "failed: the run was interrupted": folded(started(), finished(reason="interrupted")),
        "not run: this run was asked for the other part only": folded(
            started(parts=("database",)), finished(passed={"database": ""})
        ),
        "not run: the run did not start": Summary(),
    }
    for end, summary in lines.items():
        assert verdict("api", summary).line == f"API integration tests {end}"
    unasked = folded(started(parts=("database",)), finished())
    assert verdict("api", unasked).state == "not run"


def _peak(cases: int, folder: Path) -> int:
    reporters = Reporters(
        [
            NdjsonReporter(folder / "events.ndjson"),
            JunitReporter(folder / "junit.xml"),
            MarkdownReporter(folder),
            TerminalReporter(io.StringIO()),
        ]
    )
    steps = (step("POST /orders", 201, 3.5, {"orders": {"insert": 1}}),)
    tracemalloc.start()
    try:
        reporters.on(started(cases=cases))
        for n in range(cases):
            operation = f"GET /{n % 20}"
            abstained = {"responseSchema": f"case {n} has no schema"}
            reporters.on(
                case(f"case-{n}", operation, steps, abstained=abstained, notes=(f"note {n}",))
            )
        reporters.on(finished())
        reporters.close()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        assert reporters.failures == []


@pytest.mark.slow
def test_memory_is_flat_in_the_number_of_cases(tmp_path: Path) -> None:
    _peak(200, tmp_path)
    few, many = _peak(2_000, tmp_path), _peak(20_000, tmp_path)
    assert many < few + 300_000


def test_data_checks_are_counted_once_however_often_they_ran(runs: Runs) -> None:
    summary = folded(*runs["findings"])
    statuses = next(d for d in summary.data.values() if d.check == "oneOf")
    assert statuses.rows == {"table": 1200, "changes": 2}
    stock = next(d for d in summary.data.values() if d.check == "range")
    assert (stock.violations, stock.finding) == (2, negative_stock().id)
