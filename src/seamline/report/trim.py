"""A finding cut to what a document can show, so that hundreds of them fit in memory."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.model.finding import Evidence, Finding, Transcript
from seamline.model.row import Row, RowChange

TEXT = 6_000
"""Characters kept of a request, an answer or a statement."""
_SHORT = 2_000
_EXCHANGES = 8
_CHANGES = 40
_STATEMENTS = 40
_ROWS = 20
_VALUE = 400
_COLUMNS = 40


def trimmed(finding: Finding) -> Finding:
    """The same finding with bounded texts and evidence."""
    evidence = finding.evidence
    return msgspec.structs.replace(
        finding,
        title=_text(finding.title, _SHORT),
        expected=_text(finding.expected, _SHORT),
        actual=_text(finding.actual, _SHORT),
        why=_text(finding.why, _SHORT),
        evidence=evidence and _evidence(evidence, finding.step),
    )


def _evidence(evidence: Evidence, step: int) -> Evidence:
    judged = [t for t in evidence.exchanges if t.step <= step] or list(evidence.exchanges)
    return Evidence(
        exchanges=tuple(_transcript(t) for t in judged[-_EXCHANGES:]),
        sql=_text(evidence.sql, TEXT),
        diff=_text(evidence.diff, TEXT),
        rows=tuple(_row(r) for r in evidence.rows[:_ROWS]),
        injection=evidence.injection,
        schedule=evidence.schedule,
    )


def _transcript(transcript: Transcript) -> Transcript:
    changes = transcript.changes
    return msgspec.structs.replace(
        transcript,
        request="",  # the curl line says the same
        curl=_text(transcript.curl or transcript.request, TEXT),
        response=_text(transcript.response, TEXT),
        changes=None if changes is None else tuple(_change(c) for c in changes[:_CHANGES]),
        notes=tuple(_text(n, _SHORT) for n in transcript.notes[:10]),
        sql=transcript.sql and transcript.sql[:_STATEMENTS],
    )


def _change(change: RowChange) -> RowChange:
    return msgspec.structs.replace(
        change,
        key=_row(change.key),
        before=None if change.before is None else _image(change.before, change),
        after=None if change.after is None else _image(change.after, change),
    )


def _image(row: Row, change: RowChange) -> Row:
    """Changed columns first: they are what the finding is about."""
    if change.op == "update" and len(row) > _COLUMNS:
        row = {c: row[c] for c in sorted(change.columns) if c in row} | row
    return _row(row)


def _row(row: Row) -> Row:
    return {k[:_VALUE]: _value(v) for k, v in list(row.items())[:_COLUMNS]}


def _value(value: Any) -> Any:
    """Long texts keep their head; a long document is kept as text."""
    if isinstance(value, str):
        return _text(value, _VALUE)
    if isinstance(value, dict | list):
        text = str(value)
        return value if len(text) <= _VALUE else _text(text, _VALUE)
    return value


def _text(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… ({len(text) - limit:,} more characters)"
