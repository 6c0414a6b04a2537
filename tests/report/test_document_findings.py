"""Faults of the document: in every report, in the record, and failing nothing by themselves."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree

from seamline.model.event import DocumentChecked, Event
from seamline.model.finding import Finding
from seamline.report import (
    JunitReporter,
    MarkdownReporter,
    NdjsonReporter,
    Reporters,
    TerminalReporter,
    read_events,
)
from seamline.report.detail import show
from seamline.report.summary import Summary
from seamline.spec.project import Gate
from seamline.workflow import gate
from seamline.workflow.replay import find

from .streams import case, finished, started, step

FAULT = Finding(
    check="documentSound",
    severity="warning",
    subject="the document",
    title="#/components/schemas/Gone leads nowhere, or round in a circle",
    actual="/openapi.json#/paths/~1a/get",
    detail="dangling-reference #/paths/~1a/get",
    verdict="confirmed",
)
EVENTS: list[Event] = [
    started(cases=1),
    DocumentChecked(at=1.0, document="/openapi.json", findings=(FAULT,)),
    case("a", "GET /products", (step("GET /products", 200, 1.0),), checks={"statusAsExpected": 1}),
    finished(exit_code=0, passed={"api": "", "database": ""}),
]


def test_a_fault_stands_in_every_report(tmp_path: Path) -> None:
    stream = io.StringIO()
    record = tmp_path / "events.ndjson"
    reporters = Reporters(
        [
            NdjsonReporter(record),
            JunitReporter(tmp_path / "junit.xml"),
            MarkdownReporter(tmp_path),
            TerminalReporter(stream),
        ]
    )
    for event in EVENTS:
        reporters.on(event)
    reporters.close()
    assert not reporters.failures
    assert [*read_events(record)] == EVENTS
    printed = " ".join(stream.getvalue().split())
    assert FAULT.id in printed
    assert FAULT.detail in printed
    written = (tmp_path / "API_Integration_Testing.md").read_text()
    assert FAULT.id in written
    assert "documentSound" in written
    assert "| 1 | 0 | 1 |" in written
    suites = ElementTree.parse(tmp_path / "junit.xml").getroot()
    (suite,) = [s for s in suites if s.get("name") == "the document"]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "0")
    assert FAULT.detail in "".join(suite.itertext())
    shown = io.StringIO()
    show(find(record, FAULT.id), shown, 100)
    assert FAULT.detail in shown.getvalue()
    assert f"seamline replay {FAULT.id}" in shown.getvalue()


def test_it_fails_a_run_only_where_warnings_do() -> None:
    summary = Summary()
    for event in EVENTS:
        summary.on(event)
    assert gate.verdicts(summary, Gate(fail_on=("error",)), "completed")["api"] == ""
    strict = gate.verdicts(summary, Gate(fail_on=("error", "warning")), "completed")
    assert strict["api"] == "1 finding"
