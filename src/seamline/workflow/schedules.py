"""Two requests at once, as part of a run: pairs of accepted requests, schedule by schedule, confirmed."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack

import msgspec

from seamline.errors import SeamlineError, TargetError, UsageError
from seamline.explore.idempotency import CHECK as KEY
from seamline.explore.idempotency import Kept, explore_key, finding_of, keyed
from seamline.explore.schedules.explorer import Explorer, Wanted
from seamline.explore.schedules.finding import findings_in
from seamline.explore.schedules.pair import Pair, bases_of
from seamline.explore.schedules.search import Bounds, Explored
from seamline.explore.schedules.stage import Unfit
from seamline.model.case import Case, NotCovered
from seamline.model.event import Event, FindingConfirmed, PairExplored, Skipped
from seamline.model.finding import Finding
from seamline.model.vocabulary import SAFE_METHODS, SCHEDULE_CHECKS
from seamline.openapi.operation import Operation
from seamline.run.session import Rules
from seamline.run.setup import Setup
from seamline.text.plain import one_line
from seamline.workflow.job import DEEPER, Job
from seamline.workflow.transactions import SAID_TOO, impossible

_PAIRS, _PAIRS_OF_FEW = 32, 10
"""So many pairs of a whole run at least, or two a writing operation; of a run of few operations."""
_FEW = 2
_NAMED = 3
_SUBJECT = "requests at once"


class Schedules:
    """Explores the pairs of a run. `matters` says of a finding if it is worth confirming."""

    def __init__(
        self,
        job: Job,
        setup: Setup,
        rules: Rules,
        operations: Mapping[str, Operation],
        emit: Callable[[Event], None],
        matters: Callable[[Finding], bool],
    ) -> None:
        self._job, self._setup, self._rules = job, setup, rules
        self._operations, self._emit, self._matters = operations, emit, matters
        self._found: dict[str, tuple[Pair, Finding]] = {}

    async def run(self, cases: Sequence[Case], chosen: Sequence[Case]) -> None:
        """Explore pairs of the accepted requests among `cases`, one always of a `chosen` operation."""
        if not self._is_asked(*SCHEDULE_CHECKS) or not chosen:
            return
        if why := impossible(self._setup):
            self._skip(_SUBJECT, f"no statement can be held: {why}")
            return
        wanted = self._wanted(chosen)
        async with self._setup.stage("schedules") as detail, AsyncExitStack() as stack:
            explorer = self._explorer(cases, stack)
            if self._is_asked("serialOutcome", "noDeadlock"):
                async for explored in explorer.explored(wanted):
                    self._told(explored)
            if self._is_asked(KEY):
                await self._keys(explorer, cases, wanted)
            runs = explorer.stage.runs if explorer.stage is not None else 0
            detail.append(f"{runs} runs of requests at once and alone")
        self._left(explorer.left)
        self._not_held(explorer.said_too)
        await self._confirm(cases)

    def _left(self, pairs: Sequence[Pair]) -> None:
        """Tell of the pairs that were not explored, a line an operation."""
        why = "the bound of pairs, or the time, was reached: likelier ones were explored first"
        remedy = "--deep, or transactions.pairs = all, or more transactions_s in [limits]"
        met: dict[str, list[str]] = {}
        for pair in pairs:
            met.setdefault(pair.first.operation, []).append(
                f"{pair.second.operation} ({pair.what})"
            )
        for operation, others in met.items():
            self._skip(f"at once: {operation} | {_few(others)}", why, remedy)

    def _not_held(self, said_too: Mapping[str, Sequence[str]]) -> None:
        """Tell of statements that nobody held, a line each."""
        remedy = "switch the background work off for tests"
        for text, operations in said_too.items():
            shown = one_line(text, 80)
            why = f"a transaction was not held that begins with what {SAID_TOO} ({shown})"
            self._skip(f"at once: {_few(operations)}", why, remedy)

    def _is_asked(self, *checks: str) -> bool:
        return not self._job.checks or bool(self._job.checks.intersection(checks))

    def _explorer(self, cases: Sequence[Case], stack: AsyncExitStack) -> Explorer:
        return Explorer(self._setup, self._rules, self._operations, cases, stack)

    def _wanted(self, chosen: Sequence[Case]) -> Wanted:
        operations = {c.subject for c in chosen}
        writing = sum(o.partition(" ")[0] not in SAFE_METHODS for o in operations)
        most = _PAIRS_OF_FEW if len(operations) <= _FEW else max(_PAIRS, 2 * writing)
        most *= DEEPER if self._job.deep else 1
        policy = self._job.files.data.transactions
        return Wanted(
            focus=frozenset(c.subject for c in chosen),
            pairs=None if policy.pairs == "all" else most,
            bounds=self._bounds(),
            until=time.monotonic() + self._job.explore_s,
        )

    def _bounds(self) -> Bounds:
        bounds = Bounds(preemptions=self._job.files.data.transactions.preemptions)
        many = bounds.schedules * DEEPER if self._job.deep else bounds.schedules
        return msgspec.structs.replace(bounds, schedules=many)

    def _told(self, explored: Explored) -> None:
        found = findings_in(explored, self._rules, self._setup.redactor)
        found = [f for f in found if self._is_asked(f.check)]
        self._event(explored, found, ("serialOutcome", "noDeadlock"))

    def _event(self, explored: Explored, found: Sequence[Finding], checks: tuple[str, ...]) -> None:
        pair = explored.pair
        if explored.unfit or not explored.schedules or (explored.stale and not found):
            if said := self._setup.redactor.text(explored.unfit or explored.stale):
                self._skip(f"at once: {pair.id}", said)
            return
        notes: list[str] = []
        if explored.astray:
            notes.append(f"{explored.astray} schedules could not be followed: a request waited")
        self._emit(
            PairExplored(
                at=time.time(),
                first=pair.first.operation,
                second=pair.second.operation,
                what=pair.what,
                tables=tuple(sorted(explored.shared)),
                schedules=explored.schedules,
                preemptions=explored.preemptions,
                left=explored.left,
                outcomes=explored.outcomes,
                refused=explored.refused,
                seconds=explored.seconds,
                checks=checks,
                findings=tuple(found),
                notes=tuple(notes),
            )
        )
        for finding in found:
            if self._matters(finding):
                self._found.setdefault(finding.fingerprint, (pair, finding))

    async def _keys(self, explorer: Explorer, cases: Sequence[Case], wanted: Wanted) -> None:
        for pair in keyed(bases_of(cases), self._operations):
            if wanted.focus is not None and pair.first.operation not in wanted.focus:
                continue
            kept = await self._key(explorer, pair)
            found = finding_of(kept, self._rules, self._setup.redactor)
            self._event(kept.explored, [found] if found is not None else [], (KEY,))

    async def _key(self, explorer: Explorer, pair: Pair) -> Kept:
        began = time.monotonic()
        try:
            stage = explorer.stage or await explorer.fresh()
            kept = await explore_key(stage, pair, self._bounds(), explorer.tolerated(pair))
        except (Unfit, SeamlineError) as exc:
            kept = Kept(explored=Explored(pair=pair, unfit=str(exc), stuck=True))
        kept.explored.seconds = time.monotonic() - began
        if kept.explored.stale or kept.explored.stuck:
            await explorer.fresh()
        return kept

    async def _confirm(self, cases: Sequence[Case]) -> None:
        """Each finding again: its schedule on a fresh target, between serial runs."""
        limit = self._job.project.limits.confirm
        for _, finding in list(self._found.values())[:limit]:
            try:
                again = await self.again(cases, finding)
            except (UsageError, TargetError) as exc:
                said = self._setup.redactor.text(str(exc))
                self._skip(f"at once: {finding.subject}", f"not tried again: {said}")
                if isinstance(exc, TargetError):
                    continue
                again = None  # on a fresh system the same requests are another matter each time
            if again is None:
                again = msgspec.structs.replace(finding, verdict="unstable")
            self._emit(FindingConfirmed(at=time.time(), finding=again))

    async def again(self, cases: Sequence[Case], finding: Finding) -> Finding | None:
        """The finding as its schedule shows it on a fresh system; None where it does not.

        Raises `UsageError` where the pair is not planned any more or cannot be run.
        """
        witness = finding.evidence.schedule if finding.evidence is not None else None
        if witness is None:
            raise UsageError(f"{finding.id} has no schedule to run again")
        async with AsyncExitStack() as stack:
            explorer = self._explorer(cases, stack)
            found: list[Finding] = []
            if finding.check == KEY:
                pairs = keyed(bases_of(cases), self._operations)
                pair = next((p for p in pairs if p.id == witness.pair), None)
                if pair is not None:
                    kept = await self._key(explorer, pair)
                    one = finding_of(kept, self._rules, self._setup.redactor)
                    found, explored = [one] if one is not None else [], kept.explored
            elif (pair := explorer.find(witness.pair)) is not None:
                explored = await explorer.explore(pair, self._bounds(), witness.choices)
                found = findings_in(explored, self._rules, self._setup.redactor)
            if pair is None:
                raise UsageError(f"the requests of {finding.id} are not in the plan any more")
            if explored.unfit:
                raise UsageError(f"the requests of {finding.id} cannot be run: {explored.unfit}")
        same = next((f for f in found if f.fingerprint == finding.fingerprint), None)
        return None if same is None else msgspec.structs.replace(same, verdict="confirmed")

    def _skip(self, subject: str, reason: str, remedy: str = "") -> None:
        item = NotCovered(subject=subject, reason=reason, remedy=remedy)
        self._emit(Skipped(at=time.time(), item=item))


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
