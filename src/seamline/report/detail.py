"""One finding in full, for a terminal: every request of its case, the rows before and after, why."""

from __future__ import annotations

from typing import TextIO

from seamline.model.finding import Finding, Transcript
from seamline.model.vocabulary import DOCUMENT_CHECKS, MIGRATION_CHECKS, ROLLOUT_CHECKS
from seamline.report.page import Page, Span
from seamline.report.schedule import columns
from seamline.report.sql import told
from seamline.report.stream import SafeStream
from seamline.report.words import pairs, value
from seamline.text.plain import visible

_VERDICTS = {
    "confirmed": "confirmed: it came again, alone, on a fresh copy with a freshly started system",
    "unconfirmed": "unconfirmed: it was not, or could not be, tried again alone",
    "unstable": "unstable: it did not come again when it was tried alone",
}

_AGAIN = "still fails: this is how it came now"


def show(
    finding: Finding, stream: TextIO, width: int, command: str = "", *, came_again: bool = False
) -> None:
    """Print one finding with all its evidence, and by which `command` to try it again.

    `came_again`: it has just been tried again, and is as it came now.
    """
    page = Page(width)
    page.add(Span(f"{finding.id}  {finding.severity}  {finding.check}  {finding.subject}"))
    page.text(visible(finding.title))
    page.blank()
    for label, text in (
        ("where", finding.detail if finding.check in DOCUMENT_CHECKS else ""),
        ("expected", finding.expected),
        ("actual", finding.actual),
        ("why", finding.why),
        ("verdict", _AGAIN if came_again else _VERDICTS[finding.verdict]),
        ("accepted", finding.accepted),
        ("case", f"{finding.case}, step {finding.step + 1}" if finding.case else ""),
    ):
        if text:
            page.labelled(label, visible(text))
    evidence = finding.evidence
    if evidence is not None and evidence.injection is not None:
        page.labelled(
            "fault", visible(f"statement {evidence.injection.ordinal}: {evidence.injection.told}")
        )
    if evidence is not None and evidence.schedule is not None:
        columns(evidence.schedule, page)
    for exchange in evidence.exchanges if evidence is not None else ():
        _exchange(exchange, page)
    if evidence is not None and evidence.sql:
        page.blank()
        page.labelled("sql", visible(evidence.sql))
    if evidence is not None and evidence.diff:
        page.blank()
        for line in evidence.diff.splitlines():
            page.text(visible(line), indent=2)
    for row in evidence.rows if evidence is not None else ():
        page.labelled("row", visible(pairs(row, most=100)))
    page.blank()
    again = "Look" if finding.check in (*DOCUMENT_CHECKS, *MIGRATION_CHECKS) else "Send it"
    if finding.check in ROLLOUT_CHECKS:
        command = f"seamline run database --check {finding.check}"
    page.add(Span(f"{again} again with: {command or f'seamline replay {finding.id}'}"))
    out = SafeStream(stream)
    out.write("\n".join("".join(s.text for s in line) for line in page.lines) + "\n")
    out.flush()


def _exchange(exchange: Transcript, page: Page) -> None:
    page.blank()
    page.rule()
    page.add(Span(f"request {exchange.step + 1}  {exchange.operation}  as {exchange.identity}"))
    page.add(Span(visible(exchange.curl)))
    page.blank()
    for line in exchange.response.splitlines():
        page.text(visible(line), indent=2)
    page.blank()
    if exchange.changes is None:
        page.labelled("rows", "not watched: no database")
    elif not exchange.changes:
        page.labelled("rows", "none changed")
    for change in exchange.changes or ():
        key = ", ".join(f"{k}={value(v)}" for k, v in change.key.items())
        page.text(f"{change.op} {change.table} {key}")
        before, after = change.before or {}, change.after or {}
        for column in [c for c in {**before, **after} if c in change.columns]:
            old = value(before[column], 300) if column in before else "–"
            new = value(after[column], 300) if column in after else "–"
            page.labelled(column, f"{old} → {new}", indent=2, label_width=16)
    for statement in exchange.sql or ():
        page.labelled("sql", visible(told(statement)))
    for note in exchange.notes:
        page.labelled("note", visible(note))
