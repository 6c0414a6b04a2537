"""Rules of rows, and the history of migrations, as lines of tables."""

from __future__ import annotations

from typing import Any

from seamline.report.html.data import line, text
from seamline.report.summary import Summary
from seamline.report.tally import DataTally
from seamline.report.words import rollout_in_words


def data_checks(s: Summary) -> list[dict[str, Any]]:
    """A line per rule, by table."""
    ordered = sorted(s.data.values(), key=lambda d: (d.table, d.check, d.label))
    return [_data(d) for d in ordered]


def _data(d: DataTally) -> dict[str, Any]:
    """`looked` is how many rows were looked at: of the whole table, then changed ones."""
    state = "passed"
    if d.error:
        state = "errored"
    elif d.violations:
        state = "failed"
    elif d.proven:
        state = "proven"
    return {
        "table": line(d.table, 100),
        "rule": line(d.label),
        "check": line(d.check, 60),
        "state": state,
        "looked": [d.rows[scope] if d.evaluated[scope] else None for scope in ("table", "changes")],
        "violations": d.violations,
        "proven": line(d.proven, 100),
        "error": text(d.error, 600),
        "finding": d.finding,
    }


def _said(s: Summary, revision: str) -> tuple[str, ...]:
    measured = s.measured.get(revision)
    return measured.notes if measured is not None else ()


def _measured(s: Summary, revision: str) -> dict[str, Any] | None:
    """What the revision did to full tables; None where it was not asked or touched none."""
    measured = s.measured.get(revision)
    if measured is None or not measured.rows:
        return None
    return {
        "rows": measured.rows,
        "ms": measured.ms,
        "locks": [line(lock, 120) for lock in measured.locks[:6]],
        "blocks": measured.blocks,
        "rewritten": [line(table, 100) for table in measured.rewritten],
    }


def _old_version(s: Summary, file: str) -> str:
    """How the previous release fares over a revision that it does not have; empty for the others."""
    if s.rollout is None or file not in s.rollout.files or not s.rollouts:
        return ""
    sides = {o.old_on_new for o in s.rollouts.values()}
    return "breaks" if "breaks" in sides else "works" if "works" in sides else "not tried"


def migrations(s: Summary) -> dict[str, Any]:
    """Each revision up, down and up again; then two releases side by side."""
    history, rollout = s.history, s.rollout
    told: dict[str, Any] = {
        "revisions": [
            {
                "revision": line(r.revision, 100),
                "message": line(r.message),
                "file": line(r.file),
                "up": r.up,
                "down": r.down,
                "equal": r.equal,
                "kept": r.rows_kept,
                "rows": r.rows,
                "ms": r.ms,
                "notes": [text(n, 600) for n in (*r.notes, *_said(s, r.revision))],
                "measured": _measured(s, r.revision),
                "old": _old_version(s, r.file),
            }
            for r in s.revisions
        ],
        "more": s.revisions_count - len(s.revisions),
    }
    if history is not None:
        told["history"] = {
            "tool": line(history.tool, 100),
            "revisions": history.revisions,
            "heads": [line(h, 100) for h in history.heads],
            "seconds": history.seconds,
            "notes": [text(n, 600) for n in history.notes],
        }
    if rollout is not None:
        told["rollout"] = {
            "line": rollout_in_words(rollout),
            "verdict": rollout.verdict,
            "seconds": rollout.seconds,
            "error": text(rollout.error),
            "changes": [line(c) for c in rollout.changes[:200]],
            "operations": [
                [line(o.operation), o.cases, o.old_on_new, o.new_on_old, o.verdict]
                for o in s.rollouts.values()
            ],
        }
    return told
