"""One finding with everything that shows it: request, answer, rows before and after, expectation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seamline.model.finding import Evidence, Finding, Transcript
from seamline.model.row import RowChange
from seamline.report.markdown.escape import code, fence, prose
from seamline.report.markdown.page import Document
from seamline.report.markdown.witness import write_witness
from seamline.report.sql import told
from seamline.report.summary import Summary
from seamline.report.tally import FindingSeen
from seamline.report.words import count, value
from seamline.text.plain import visible

_COLUMNS = 10
_CHANGES = 20
_STATEMENTS = 15
_VERDICTS = {
    "confirmed": "confirmed: it came again, alone, on a fresh copy with a freshly started system",
    "unconfirmed": "unconfirmed: it was not tried again alone",
    "unstable": "unstable: it did not come again when tried alone",
}


def write_findings(doc: Document, findings: Sequence[FindingSeen]) -> None:
    """Each of `findings`, in order."""
    for seen in findings:
        _finding(doc, seen)


def ids(findings: Sequence[FindingSeen]) -> str:
    """Their ids for a table's cell, the first few."""
    shown = [code(f.finding.id) for f in findings[:5]]
    return ", ".join(shown) + (f" and {len(findings) - 5} more" if len(findings) > 5 else "")


def left_out(doc: Document, summary: Summary) -> None:
    """Say so when there were more findings than are kept."""
    total = sum(summary.findings.left_out.values())
    if total:
        doc.block(
            f"**{count(total, 'sighting')} of further findings** of this run are only counted: "
            f"{len(summary.findings):,} different ones are kept."
        )


def _finding(doc: Document, seen: FindingSeen) -> None:
    write_finding(doc, seen.finding, seen.seen)


def write_finding(doc: Document, f: Finding, times: int) -> None:
    """One finding with its evidence, seen so often."""
    doc.heading(4, f"{f.id} · {f.severity} · {prose(f.title, 200)}")
    doc.bullets(_facts(f, times))
    if f.evidence is not None:
        _evidence(doc, f, f.evidence)


def _facts(f: Finding, times: int) -> Iterator[str]:
    where = code(f.subject) + (f", {code(f.detail)}" if f.detail else "")
    yield f"Where: {where}"
    yield f"Check: {code(f.check)}"
    if f.expected:
        yield f"Expected: {code(f.expected, 2000)}"
    if f.actual:
        yield f"Actual: {code(f.actual, 2000)}"
    if f.why:
        yield f"Why it is wrong: {prose(f.why, 2000)}"
    yield f"Verdict: {_VERDICTS[f.verdict]}"
    if f.accepted:
        yield f"Accepted {prose(f.accepted, 1000)}"
    step = f", request {f.step + 1}" if f.evidence and len(f.evidence.exchanges) > 1 else ""
    yield f"Seen: {count(times, 'time')}" + (
        f", first in case {code(f.case)}{step}" if f.case else ""
    )


def _evidence(doc: Document, f: Finding, evidence: Evidence) -> None:
    if evidence.schedule is not None:
        write_witness(doc, evidence.schedule)
    several = len(evidence.exchanges) > 1
    if (fault := evidence.injection) is not None:
        doc.block(f"The fault, at statement {fault.ordinal}: {code(fault.told)}")
    for transcript in evidence.exchanges:
        if several:
            judged = ", the one judged" if transcript.step == f.step else ""
            name = f"{code(transcript.label)}, " if transcript.label else ""
            doc.block(
                f"**Request {transcript.step + 1}**: {name}{code(transcript.operation)}{judged}"
            )
        _transcript(doc, transcript)
    if evidence.sql:
        doc.block("SQL that finds the rows:" if evidence.rows else "SQL:")
        doc.block(fence(evidence.sql, "sql"))
    if evidence.diff:
        doc.block("The definitions that differ, before (`-`) and after (`+`):")
        doc.block(fence(evidence.diff, "diff"))
    if evidence.rows:
        columns = list(dict.fromkeys(c for row in evidence.rows for c in row))
        doc.block(f"Rows (the first {len(evidence.rows)}):" if len(evidence.rows) > 1 else "Row:")
        doc.table(
            [_head(c) for c in columns[:_COLUMNS]],
            ([_value(row, c) for c in columns[:_COLUMNS]] for row in evidence.rows),
        )
        if len(columns) > _COLUMNS:
            doc.block(f"{len(columns) - _COLUMNS} further columns are not shown.")


def _transcript(doc: Document, t: Transcript) -> None:
    doc.block(f"Sent as {code(t.identity)}:")
    doc.block(fence(t.curl, "sh"))
    doc.block(f"Answer: {t.status}" if t.status else "No answer came.")
    if t.response:
        doc.block(fence(t.response, "http"))
    if t.changes is None:
        doc.block("Rows were not watched.")
    elif not t.changes:
        doc.block("No row changed.")
    else:
        doc.block(f"Rows changed: {len(t.changes)}")
        rows = [line for change in t.changes[:_CHANGES] for line in _change(change)]
        doc.table(["Table", "Row", "Change", "Column", "Before", "After"], rows)
        if len(t.changes) > _CHANGES:
            doc.block(f"{len(t.changes) - _CHANGES} further changes are not shown.")
    _statements(doc, t)
    doc.bullets(prose(note) for note in t.notes)


def _statements(doc: Document, t: Transcript) -> None:
    """The SQL behind it, where rows changed or a statement failed: else it shows nothing of the matter."""
    statements = t.sql or ()
    if not t.changes and not any(s.sqlstate or s.message for s in statements):
        return
    shown = [s for s in statements if s.kind != "housekeeping"]
    lines = [f"{s.connection}.{s.transaction}  {told(s)}" for s in shown[:_STATEMENTS]]
    if lines:
        doc.block(f"SQL (connection.transaction): {count(len(shown), 'statement')}")
        doc.block(fence("\n".join(lines), "sql"))
    if len(shown) > _STATEMENTS:
        doc.block(f"{len(shown) - _STATEMENTS} further statements are not shown.")


def _change(change: RowChange) -> Iterator[Sequence[str]]:
    """A line per column: of an update the changed ones, else all, the key's first."""
    before, after = change.before or {}, change.after or {}
    columns = [*before, *(c for c in after if c not in before)]
    if change.op == "update":
        columns = [c for c in columns if c in change.columns]
    elif change.key:
        columns = [c for c in columns if c not in change.key] or columns
    key = ", ".join(f"{k}={value(v, 60)}" for k, v in change.key.items())
    first: tuple[str, str, str] = (code(change.table), code(key) if key else "–", change.op)
    for column in columns[:_COLUMNS] or [""]:
        old = _value(change.before, column) if column else ""
        new = _value(change.after, column) if column else ""
        yield (*first, code(column) if column else "–", old, new)
        first = ("", "", "")
    if len(columns) > _COLUMNS:
        yield ("", "", "", f"… {len(columns) - _COLUMNS} more", "", "")


def _head(name: str) -> str:
    return code(visible(name), 60).replace("|", "\\|")


def _value(row: object, column: str) -> str:
    if not isinstance(row, dict) or column not in row:
        return "–"
    return code(value(row[column], 120), 160)
