"""Pairs of requests at once, in Database_Integration_Testing.md."""

from __future__ import annotations

from seamline.model.event import PairExplored
from seamline.model.vocabulary import SCHEDULE_CHECKS
from seamline.report.markdown.escape import code, prose
from seamline.report.markdown.evidence import write_findings
from seamline.report.markdown.page import Document
from seamline.report.summary import Summary
from seamline.report.words import count

_SHOWN = 100


def write_schedules(doc: Document, s: Summary) -> None:
    """A line per pair: where they meet, how many schedules, how differently they ended."""
    if not s.pairs:
        return
    doc.heading(3, "Requests at once")
    doc.block(
        "Two requests were sent at once, and their statements let go one at a time, in one order after"
        " another: first with one change from one to the other before it has ended, then with more. Answers"
        " and rows must be those of one after the other. *Not run*: schedules within the bound of"
        " preemptions that the bound of schedules left out. *Refused*: one request was refused for the"
        " other's sake, which is legal."
    )
    head = ["Requests", "How they meet", "Tables", "Schedules", "Preemptions", "Not run"]
    rows = [_row(p) for p in s.pairs[:_SHOWN]]
    doc.table([*head, "Endings", "Refused"], rows, numbers=(3, 4, 5, 6, 7))
    if len(s.pairs) > _SHOWN:
        doc.block(f"and {count(len(s.pairs) - _SHOWN, 'pair')} more.")
    notes = [f"{code(p.first)} and {code(p.second)}: {prose(n)}" for p in s.pairs for n in p.notes]
    if notes:
        doc.bullets(notes)
    found = [f for f in s.findings if f.finding.check in SCHEDULE_CHECKS]
    if found:
        doc.heading(3, "Findings of requests at once")
        write_findings(doc, found)


def _row(p: PairExplored) -> tuple[str, ...]:
    numbers = (p.schedules, p.preemptions, p.left, p.outcomes, p.refused)
    both = f"{code(p.first)}, {code(p.second)}"
    return (both, prose(p.what), ", ".join(map(code, p.tables)), *(f"{n:,}" for n in numbers))
