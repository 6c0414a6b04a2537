"""API_Integration_Testing.md."""

from __future__ import annotations

from typing import TextIO

from seamline.report.markdown.common import of_section, write_checks, write_head, write_rest
from seamline.report.markdown.common import write_setting as _setting
from seamline.report.markdown.escape import code
from seamline.report.markdown.evidence import ids, left_out, write_findings
from seamline.report.markdown.page import Document
from seamline.report.sections import SECTIONS, Section, sections_of
from seamline.report.summary import Summary
from seamline.report.tally import FindingSeen, OperationTally

NAME = "API_Integration_Testing.md"


def write_api(file: TextIO, s: Summary) -> None:
    """The whole document."""
    doc = Document(file)
    write_head(doc, "API Integration Testing", "api", s)
    _setting(doc, "api", s)
    _operations(doc, s)
    findings = s.findings.of_part("api")
    shown: set[str] = set()
    for section in sections_of("api"):
        doc.heading(2, section.title)
        write_checks(doc, section, s)
        mine = of_section(section, findings)
        shown |= {f.finding.fingerprint for f in mine}
        if mine:
            doc.heading(3, f"Findings of {section.title[0].lower()}{section.title[1:]}")
            write_findings(doc, mine)
    _others_of(doc, s, [f for f in findings if f.finding.fingerprint not in shown])
    left_out(doc, s)
    write_rest(doc, s)


def _others_of(doc: Document, s: Summary, findings: list[FindingSeen]) -> None:
    """Checks that no section knows (the record of another version) are still shown."""
    names = dict.fromkeys([*sorted(s.check_names), *(f.finding.check for f in findings)])
    unknown = {n: "–" for n in names if not any(n in section.checks for section in SECTIONS)}
    if unknown or findings:
        section = Section(part="api", title="Other checks", checks=unknown)
        doc.heading(2, section.title)
        write_checks(doc, section, s)
        write_findings(doc, findings)


def _operations(doc: Document, s: Summary) -> None:
    doc.heading(2, "Operations")
    if not s.operations:
        doc.block("No operation was planned.")
        return
    found = s.findings.of_part("api")
    rows = []
    for name, tally in s.operations.items():
        mine = [f for f in found if f.finding.subject == name]
        rows.append(
            (
                code(name),
                f"{tally.cases:,}" if tally.cases else "**0**",
                f"{tally.requests:,}",
                f"{tally.succeeded:,}" if tally.succeeded else "**none**",
                _others(tally),
                f"{tally.applied:,}",
                ids(mine) or "none",
            )
        )
    head = [
        "Operation",
        "Cases",
        "Requests",
        "2xx seen",
        "Other answers",
        "Checks applied",
        "Findings",
    ]
    doc.table(head, rows, numbers=(1, 2, 3, 5))


def _others(tally: OperationTally) -> str:
    rest = sorted((k, n) for k, n in tally.statuses.items() if not 200 <= k < 300)
    shown = [f"{k or 'no answer'} ({n:,})" for k, n in rest[:8]]
    return ", ".join(shown) + (", …" if len(rest) > 8 else "") or "–"
