"""The last lines of a run, word for word as the work order wants them. The gate decides; this prints."""

from __future__ import annotations

from typing import Literal

import msgspec

from seamline.model.vocabulary import Part
from seamline.report.summary import Summary
from seamline.text.plain import one_line

PARTS: dict[Part, str] = {
    "api": "API integration tests",
    "database": "Database integration tests",
}
NOT_RUN = "not run"
"""A reason of the gate that begins so is no failure: nothing of that part was tested."""

_ENDINGS = {
    "completed": "",
    "interrupted": "the run was interrupted",
    "failed": "the run could not be completed",
}

State = Literal["passed", "failed", "not run"]


class PartVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """How one part ended; `line` is what is printed."""

    part: Part
    state: State
    reason: str = ""

    @property
    def line(self) -> str:
        """`API integration tests failed: 2 findings`."""
        head = f"{PARTS[self.part]} {self.state}"
        return f"{head}: {self.reason}" if self.reason else head


def verdict(part: Part, summary: Summary) -> PartVerdict:
    """What the run says of `part`. Passed is only said when the gate said so of a completed run."""
    finished = summary.finished
    reason = None if finished is None else finished.passed.get(part)
    if reason is not None:
        reason = one_line(reason, 300)
    if reason and reason.startswith(NOT_RUN):
        why = reason.removeprefix(NOT_RUN).lstrip(" :") or "no reason was given"
        return PartVerdict(part=part, state="not run", reason=why)
    if part not in summary.parts:
        return PartVerdict(part=part, state="not run", reason=reason or _absent(summary))
    if finished is None:
        return PartVerdict(part=part, state="failed", reason="the run was cut off")
    if reason is None:
        text = one_line(finished.message, 300) or "the run gave no verdict"
        return PartVerdict(part=part, state="not run", reason=text)
    if not reason and finished.reason != "completed":
        return PartVerdict(part=part, state="failed", reason=_ENDINGS[finished.reason])
    return PartVerdict(part=part, state="failed" if reason else "passed", reason=reason)


def _absent(summary: Summary) -> str:
    if summary.started is None:
        message = summary.finished.message if summary.finished else ""
        return one_line(message, 300) or "the run did not start"
    return "this run was asked for the other part only"
