"""A run that fails is tried again, each time on a fresh database and a freshly started system."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import msgspec

from seamline.errors import TargetError
from seamline.model.event import Event
from seamline.model.finding import Finding
from seamline.report.summary import Summary
from seamline.report.verdict import PARTS, PartVerdict, verdict
from seamline.workflow.artifacts import carry_out
from seamline.workflow.gate import CLEAN, FINDINGS
from seamline.workflow.job import Job


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How one attempt ended. `error` says what ended it early; `findings` are the firm errors."""

    number: int
    exit_code: int
    seconds: float = 0.0
    error: str = ""
    verdicts: tuple[PartVerdict, ...] = ()
    findings: dict[str, Finding] = {}


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The attempts that were made, what the last one amounts to, and the error that ended it, if any."""

    attempts: tuple[Attempt, ...]
    summary: Summary
    error: TargetError | None = None

    @property
    def exit_code(self) -> int:
        """That of the last attempt."""
        return self.attempts[-1].exit_code


class _Watch:
    """What one attempt amounts to."""

    def __init__(self) -> None:
        self.summary = Summary()

    def on(self, event: Event) -> None:
        self.summary.on(event)

    def close(self) -> None: ...


def attempted(
    job: Job, stream: TextIO, most: int, *, reports: Path | None = None, quiet: bool = False
) -> Ended:
    """Run the job until it passes, at most `most` times; the artifacts are those of the last time.

    Only findings and an unreachable system are tried again: a wrong file stays wrong. Raises the
    `SeamlineError` of such a file.
    """
    made: list[Attempt] = []
    earlier: list[dict[str, Finding]] = []
    while True:
        watch, error, number = _Watch(), None, len(made) + 1
        try:
            code = carry_out(
                job, stream, reports=reports, quiet=quiet, earlier=tuple(earlier), also=[watch]
            )
        except TargetError as exc:
            code, error = exc.exit_code, exc
        attempt = _attempt(number, code, watch.summary, error)
        made.append(attempt)
        is_over = code == CLEAN or (code != FINDINGS and error is None) or number >= most
        if is_over:
            return Ended(attempts=tuple(made), summary=watch.summary, error=error)
        if error is None:
            earlier.append(attempt.findings)
        stream.write(
            f"\nAttempt {number} of {most} failed; again, on a fresh database and system.\n\n"
        )
        stream.flush()


def _attempt(number: int, code: int, s: Summary, error: TargetError | None) -> Attempt:
    firm = (f.finding for f in s.findings if f.counts)
    return Attempt(
        number=number,
        exit_code=code,
        seconds=s.seconds,
        error=str(error or ""),
        verdicts=tuple(verdict(part, s) for part in PARTS),
        findings={f.fingerprint: f for f in firm if f.severity == "error"},
    )
