"""What a finding rests on, as the page shows it. Values are texts: a browser would round large numbers."""

from __future__ import annotations

from typing import Any

from seamline.model.finding import Evidence, Transcript
from seamline.model.row import Row, RowChange
from seamline.model.statement import SqlStatement
from seamline.report.html.data import line, text
from seamline.report.html.transactions import disturbed
from seamline.report.words import value

_BODY = 20_000
_EXCHANGES = 8
_CHANGES = 50
_STATEMENTS = 200
_ROWS = 50
_COLUMNS = 60
_VALUE = 300


def shown(evidence: Evidence, step: int) -> dict[str, Any]:
    """The exchanges up to the one judged, then what tables or structures bear out."""
    judged = [t for t in evidence.exchanges if t.step <= step] or list(evidence.exchanges)
    told: dict[str, Any] = {
        "exchanges": [_exchange(t, t.step == step) for t in judged[-_EXCHANGES:]],
        "sql": text(evidence.sql, _BODY),
        "diff": text(evidence.diff, _BODY),
        **disturbed(evidence),
    }
    if evidence.rows:
        told["rows"] = _table(evidence.rows)
    return told


def _exchange(t: Transcript, judged: bool) -> dict[str, Any]:
    return {
        "step": t.step,
        "judged": judged,
        "label": line(t.label),
        "operation": line(t.operation),
        "identity": line(t.identity),
        "request": text(t.request, _BODY),
        "curl": text(t.curl, _BODY),
        "response": text(t.response, _BODY),
        "status": t.status,
        "changes": None if t.changes is None else [_change(c) for c in t.changes[:_CHANGES]],
        "changed": len(t.changes or ()),
        "statements": None if t.sql is None else [_statement(s) for s in t.sql[:_STATEMENTS]],
        "stated": len(t.sql or ()),
        "notes": [text(n) for n in t.notes[:20]],
    }


def _change(change: RowChange) -> dict[str, Any]:
    """A line per column: `[column, before, after, changed]`; None where there is no such image."""
    before, after = change.before or {}, change.after or {}
    columns = list(dict.fromkeys((*change.key, *before, *after)))
    changed = change.columns if change.op == "update" else frozenset(columns)
    columns.sort(key=lambda c: c not in change.key and c not in changed)  # stable: these come first
    return {
        "table": line(change.table),
        "op": change.op,
        "key": [[line(k), value(v, _VALUE)] for k, v in list(change.key.items())[:8]],
        "columns": [
            [line(c), _cell(change.before, c), _cell(change.after, c), c in changed]
            for c in columns[:_COLUMNS]
        ],
        "more": max(0, len(columns) - _COLUMNS),
    }


def _cell(row: Row | None, column: str) -> str | None:
    return value(row[column], _VALUE) if row is not None and column in row else None


def _statement(s: SqlStatement) -> dict[str, Any]:
    """A statement on the clock of the exchange's first one (the page subtracts)."""
    return {
        "text": text(s.text, 4_000),
        "kind": s.kind,
        "params": None if s.params is None else [None if p is None else line(p) for p in s.params],
        "tag": line(s.tag, 60),
        "rows": s.rows,
        "error": line(f"{s.sqlstate} {s.message}".strip(), 600),
        "connection": s.connection,
        "transaction": s.transaction,
        "left": s.tx_status,
        "at": round(s.started_ms, 3),
        "ms": round(s.duration_ms, 3),
        "cut": s.cut,
    }


def _table(rows: tuple[dict[str, object], ...]) -> dict[str, Any]:
    columns = list(dict.fromkeys(c for row in rows for c in row))[:_COLUMNS]
    return {
        "columns": [line(c) for c in columns],
        "rows": [[_cell(row, c) for c in columns] for row in rows[:_ROWS]],
        "more": max(0, len(rows) - _ROWS),
    }
