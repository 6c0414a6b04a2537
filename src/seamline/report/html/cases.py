"""A case in brief, for the list, and in full, for when it is opened."""

from __future__ import annotations

from typing import Any

from seamline.model.event import CaseFinished, Errored, StepRecord
from seamline.model.vocabulary import Severity
from seamline.report.html.data import line, text

_NAMES = 5_000
_NOTES = 20
_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


class Names:
    """Words that come again and again, as numbers; beyond a bound they stay words."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def __call__(self, name: str) -> int | str:
        number = self._known.get(name)
        if number is None:
            if len(self._known) >= _NAMES or len(name) > 1_000:
                return line(name, 1_000)
            number = self._known[name] = len(self._known)
        return number

    def list(self) -> list[str]:
        """The words by number."""
        return [line(name, 1_000) for name in self._known]


def finished(event: CaseFinished, names: Names) -> tuple[list[Any], dict[str, Any]]:
    """`[case, subject, kind, ms, result, statuses, findings]`, and the details."""
    severities = [f.severity for f in event.findings]
    brief: list[Any] = [
        line(event.case),
        names(event.subject),
        names(event.kind),
        round(sum(s.ms for s in event.steps), 2),
        min(severities, key=_RANK.__getitem__, default="passed"),
        [s.status for s in event.steps],
        [f.id for f in event.findings],
    ]
    detail: dict[str, Any] = {
        "steps": [_step(s, names) for s in event.steps],
        "checks": [[names(c), n] for c, n in event.checks.items()],
    }
    if event.abstained:
        detail["abstained"] = [[names(c), names(why)] for c, why in event.abstained.items()]
    if event.notes:
        detail["notes"] = [text(n, 1_000) for n in event.notes[:_NOTES]]
    if event.put_back is not None:
        detail["back"] = event.put_back
    return brief, detail


def errored(event: Errored, names: Names) -> tuple[list[Any], dict[str, Any]]:
    """A case that could not be carried out or judged."""
    brief: list[Any] = [line(event.case), names(event.subject), names(""), 0, "errored", [], []]
    return brief, {"error": text(event.message, 4_000), "bug": event.is_bug}


def _step(step: StepRecord, names: Names) -> list[Any]:
    """`[operation, identity, credentials, status, ms, rows]`; rows are None where nobody watched."""
    rows = None if step.rows is None else {line(t, 100): ops for t, ops in step.rows.items()}
    who = (names(step.operation), names(step.identity), names(step.credentials))
    return [*who, step.status, round(step.ms, 2), rows]
