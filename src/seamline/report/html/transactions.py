"""Faults at statements and requests at once: their summary, and what a finding of them rests on."""

from __future__ import annotations

from typing import Any

from seamline.model.event import PairExplored, SweepFinished
from seamline.model.finding import Evidence
from seamline.model.schedule import Ending
from seamline.report.html.data import line, text
from seamline.report.sql import with_values
from seamline.report.summary import Summary

_TURNS = 200
_ROWS = 40
_NOTES = 20


def transactions(s: Summary) -> dict[str, Any]:
    """A line per write that was disturbed, and per pair of requests that was tried at once."""
    return {
        "sweeps": [_sweep(e) for e in s.sweeps],
        "pairs": [_pair(e) for e in s.pairs],
    }


def _sweep(event: SweepFinished) -> dict[str, Any]:
    return {
        "operation": line(event.operation),
        "case": line(event.case),
        "statements": event.statements,
        "struck": event.struck,
        "faults": event.faults,
        "unchanged": event.unchanged,
        "complete": event.complete,
        "torn": event.torn,
        "findings": [f.id for f in event.findings],
        "reason": text(event.reason, 600),
        "notes": [text(n, 600) for n in event.notes[:_NOTES]],
    }


def _pair(event: PairExplored) -> dict[str, Any]:
    return {
        "first": line(event.first),
        "second": line(event.second),
        "what": line(event.what),
        "tables": [line(t, 100) for t in event.tables[:20]],
        "schedules": event.schedules,
        "left": event.left,
        "preemptions": event.preemptions,
        "outcomes": event.outcomes,
        "refused": event.refused,
        "reason": text(event.reason, 600),
        "notes": [text(n, 600) for n in event.notes[:_NOTES]],
    }


def disturbed(evidence: Evidence) -> dict[str, Any]:
    """The fault under which a request was sent, or the schedule that shows what is wrong."""
    told: dict[str, Any] = {}
    if (fault := evidence.injection) is not None:
        told["fault"] = {
            "ordinal": fault.ordinal,
            "text": text(fault.text),
            "done": line(fault.done),
        }
    if (witness := evidence.schedule) is not None:
        told["schedule"] = {
            "requests": [text(witness.first), text(witness.second)],
            "arrange": [text(request) for request in witness.arrange[:_NOTES]],
            "turns": [
                {
                    "side": t.side,
                    "sql": text(with_values(t.sql, t.params, len(t.sql))),
                    "note": line(t.note),
                }
                for t in witness.turns[:_TURNS]
            ],
            "ending": _ending(witness.ending),
            "serial": [_ending(ending) for ending in witness.serial],
        }
    return told


def _ending(ending: Ending) -> dict[str, Any]:
    return {
        "order": line(ending.order),
        "answers": [text(answer) for answer in ending.answers],
        "rows": [text(row) for row in ending.rows[:_ROWS]],
    }
