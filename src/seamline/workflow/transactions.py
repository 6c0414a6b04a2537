"""The transactions of a run: each writing operation while one of its statements fails, then another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from typing import Final

import msgspec

from seamline.errors import TargetError
from seamline.explore.faults.chosen import chosen
from seamline.explore.faults.finding import findings_in
from seamline.explore.faults.judge import TRIAL_CHECKS, could_be_judged, ground_of
from seamline.explore.faults.points import Shape, shape
from seamline.explore.faults.sweep import Sweeper, Swept
from seamline.model.case import Case, NotCovered
from seamline.model.event import Event, FindingConfirmed, Skipped, SweepFinished
from seamline.model.finding import Finding
from seamline.model.vocabulary import SWEEP_CHECKS
from seamline.run.session import Rules
from seamline.run.setup import Setup
from seamline.text.plain import one_line
from seamline.workflow.job import Job

_CASES = 3
"""So many accepted cases of an operation are swept where each sends other statements."""

_NO_CASE = "no accepted request of it is known"
_NO_ROWS = "its accepted requests change no row"
_OVER = "the time for it was over: `transactions_s` in [limits], or --time, bounds it"


class Stage:
    """The sweeps of a run. `matters` says of a finding if it is worth confirming."""

    def __init__(
        self,
        job: Job,
        setup: Setup,
        rules: Rules,
        emit: Callable[[Event], None],
        matters: Callable[[Finding], bool],
    ) -> None:
        self._job, self._setup, self._rules = job, setup, rules
        self._emit, self._matters = emit, matters
        self._checks = job.checks.intersection(SWEEP_CHECKS)
        self._found: dict[tuple[str, str], tuple[Case, dict[str, Finding]]] = {}
        self._shapes: dict[str, set[Shape]] = {}
        self._unswept: dict[str, str] = {}

    async def run(self, cases: Sequence[Case]) -> None:
        """Sweep the accepted writes among the cases. Raises `SeamlineError` where no target can be made."""
        wanted = chosen(cases, self._job.files.data.transactions.atomic)
        if not wanted:
            return
        if why := impossible(self._setup):
            self._skip("atomicity under faults", f"no statement can be made to fail: {why}")
            return
        until = time.monotonic() + self._job.explore_s
        async with self._setup.stage("transactions") as detail, AsyncExitStack() as stack:
            sweeper = Sweeper(self._setup, self._rules, stack, deep=self._job.deep, until=until)
            faults = 0
            for turn in range(_CASES):  # each operation once before one of them again
                for operation, mine in wanted.items():
                    if turn < len(mine):
                        faults += await self._case(sweeper, operation, mine[turn])
            detail.append(f"{faults} faults at statements of {len(wanted)} operations")
        named = self._job.files.data.transactions.atomic
        if self._job.selected in {"", "transactions"}:
            for operation in named:
                if operation not in wanted:
                    self._unswept[operation] = _NO_CASE
        for operation, reason in self._unswept.items():
            self._skip(f"atomicity of {operation}", reason)
        await self._confirm()

    async def _case(self, sweeper: Sweeper, operation: str, case: Case) -> int:
        """Sweep one of an operation's cases; how many faults were tried."""
        shapes = self._shapes.setdefault(operation, set())
        if sweeper.is_over:
            if not shapes:
                self._unswept[operation] = _OVER
            return 0
        start = time.monotonic()
        swept = await sweeper.sweep(case, seen=shapes)
        if swept.sweep is None and not swept.reason:
            if not shapes:
                self._unswept.setdefault(operation, _NO_ROWS)
            return 0
        event = self._event(case, swept, time.monotonic() - start)
        if swept.sweep is not None:
            shapes.add(shape(swept.sweep.sound[0].sql or ()))
            self._unswept.pop(operation, None)
        elif not shapes:
            self._unswept[operation] = swept.reason
        self._emit(event)
        for note in event.notes:
            self._skip(f"atomicity of {operation}", note)
        worth = {f.fingerprint: f for f in event.findings if self._matters(f)}
        if worth:
            self._found.setdefault((case.id, operation), (case, worth))
        return event.faults

    def _event(self, case: Case, swept: Swept, took: float) -> SweepFinished:
        event = SweepFinished(
            at=time.time(),
            operation=case.subject,
            case=case.id,
            statements=swept.statements,
            requests=swept.requests,
            seconds=took,
            reason=swept.reason,
        )
        sweep = swept.sweep
        if sweep is None:
            return event
        context = self._rules.context(case.subject)
        ground = ground_of(sweep, swept.noise, context)
        trials = [t for t in sweep.trials if could_be_judged(t)]
        rows = [ground.rows(t) for t in trials]
        return msgspec.structs.replace(
            event,
            struck=len({t.injection.ordinal for t in trials}),
            faults=len(trials),
            unchanged=rows.count("none"),
            complete=rows.count("all"),
            torn=len(rows) - rows.count("none") - rows.count("all"),
            checks=tuple(n for n in TRIAL_CHECKS if not self._checks or n in self._checks),
            findings=tuple(findings_in(swept, self._rules, self._setup.redactor, self._checks)),
            notes=tuple(_notes(swept)),
        )

    async def _confirm(self) -> None:
        """Each finding again: its fault alone, on a fresh target, between undisturbed runs."""
        limit = self._job.project.limits.confirm
        for case, findings in list(self._found.values())[:limit]:
            try:
                again = await self.again(case, list(findings.values()))
            except TargetError as exc:
                said = self._setup.redactor.text(str(exc))
                self._skip(f"atomicity of {case.subject}", f"not tried again: {said}")
                continue
            for fingerprint, finding in findings.items():
                mine = again.get(fingerprint)
                verdict = msgspec.structs.replace(
                    mine or finding, verdict="confirmed" if mine else "unstable"
                )
                self._emit(FindingConfirmed(at=time.time(), finding=verdict))

    async def again(self, case: Case, findings: Sequence[Finding]) -> dict[str, Finding]:
        """What the faults of these findings show on a fresh target, by fingerprint."""
        injections = [f.evidence.injection for f in findings if f.evidence is not None]
        only = list(dict.fromkeys(i for i in injections if i is not None))
        async with AsyncExitStack() as stack:
            sweeper = Sweeper(self._setup, self._rules, stack, deep=self._job.deep)
            swept = await sweeper.sweep(case, only=only)
        found = findings_in(swept, self._rules, self._setup.redactor, self._checks)
        return {f.fingerprint: f for f in found}

    def _skip(self, subject: str, reason: str) -> None:
        self._emit(Skipped(at=time.time(), item=NotCovered(subject=subject, reason=reason)))


SAID_TOO: Final = "the system carries out by itself too, so that nobody can tell whose it is"


def impossible(setup: Setup) -> str:
    """Why no statement of the system can be made to fail, or ''."""
    if setup.project.database is None:
        return "no database is given"
    if not setup.can_clone:
        return "the system is not started by Seamline"
    return setup.untraced(None)


def _notes(swept: Swept) -> Iterator[str]:
    if swept.left_out:
        yield f"{swept.left_out} faults were not tried: {swept.why_left}"
    if swept.unmet:
        yield f"{swept.unmet} faults did not come to be: their statements were not sent again"
    if swept.noise.unsteady:
        yield f"rows could not be compared: {swept.noise.unsteady}"
    if swept.said_too:
        shown = ", ".join(one_line(text, 80) for text in swept.said_too)
        yield f"no statement of a transaction was made to fail that {SAID_TOO} ({shown})"
