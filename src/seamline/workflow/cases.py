"""Send the cases of a run one after the other; what spoils the system is noticed, and blamed on no other."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case, NotCovered
from seamline.model.exchange import Exchange
from seamline.run.case import Outcome, run_case
from seamline.run.double import is_doubled, noise_between, with_noise
from seamline.run.session import Session
from seamline.run.setup import Setup
from seamline.run.vitals import Vitals, looks_wrong, may_spoil

_ENOUGH = 3
"""So many fresh starts an operation may cost; its other derived cases are left out."""
_MOMENT_S = 1.0
_DOUBLED = 60
"""So many operations are sent twice before they are judged; what others do by chance is not known."""
_TRIED = 3
"""So many suspects are sent again alone, to find the one that spoilt a target."""


_BY_ROWS_ALONE = frozenset(
    {"errorLeavesNoTrace", "safeMethodWritesNothing", "oneWriteTransaction", "noOpenTransaction"}
)
"""Checks that take what happened meanwhile for the request's doing, whatever it was."""


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told what: an outcome, a case that could not be carried out, what is not covered."""

    finished: Callable[[Outcome], None]
    errored: Callable[[Case, str, bool], None]
    skipped: Callable[[NotCovered], None]


class Sender:
    """Sends cases on one target after another. `stack` holds the present target."""

    def __init__(
        self,
        setup: Setup,
        stack: AsyncExitStack,
        session: Session,
        vitals: Vitals,
        listener: Listener,
    ) -> None:
        self._setup, self._stack, self._session = setup, stack, session
        self._vitals, self._to = vitals, listener
        self._writers: list[tuple[int, Case]] = []  # since the target was made, by position
        self._served: dict[str, int] = {}  # identity -> position of its last 2xx
        self._starts: Counter[str] = Counter()  # operation -> fresh starts that it cost
        self._spoilers: dict[str, str] = {}  # operation -> what it leaves behind
        self._left_out: Counter[str] = Counter()
        self._doubled: set[str] = set()  # operations whose noise is known

    async def send(self, cases: Sequence[Case], time_s: float | None = None) -> None:
        """Send all, each from a clean base; with `time_s` as many as that time holds."""
        end = None if time_s is None else time.monotonic() + time_s
        await self.begin()
        for position, case in enumerate(cases):
            if end is not None and time.monotonic() >= end:
                self._out_of_time(cases[position:], time_s or 0)
                break
            await self.send_one(position, case, is_last=case is cases[-1])
        self._tell()

    async def begin(self) -> None:
        """Replace a system that has ended by what was sent to learn."""
        process = self._session.target.process
        if process is not None and process.exit_code is not None and self._setup.can_clone:
            await self._fresh()

    async def send_one(self, position: int, case: Case, *, is_last: bool = False) -> None:
        """Send one from a clean base, and leave one for the next; positions only ever grow.

        The listener is told of its end, or of nothing where it costs too much to be sent.
        """
        if self._starts[case.subject] >= _ENOUGH and case.origin != "spec":
            self._left_out[case.subject] += 1
            return
        await self._double(position, case)
        outcome = await self._one(case)
        if outcome is not None and self._setup.can_clone:
            outcome = await self._believed(position, outcome)
        if outcome is not None:
            outcome = await self._without_late_rows(outcome)
        if outcome is not None:
            self._note(position, outcome)
            self._to.finished(outcome)
        if (outcome is None or self._is_spent(outcome)) and not is_last:
            self._starts[case.subject] += 1
            await self._fresh()

    async def _double(self, position: int, case: Case) -> None:
        """Learn what of an operation differs from run to run, before it is judged for the first time."""
        known = self._doubled
        if case.subject in known or len(known) >= _DOUBLED or not is_doubled(case):
            return
        known.add(case.subject)
        self._writers.append((position - 1, case))
        seen: list[Exchange] = []
        rules = msgspec.structs.replace(self._session.rules, rows=None)  # it is judged later
        session = msgspec.structs.replace(self._session, rules=rules)
        for _ in range(2):
            try:
                outcome = await run_case(session, case)
            except SeamlineError:
                outcome = None
            spoilt = outcome is None or outcome.stale
            if spoilt or (seen and outcome is not None and looks_wrong(outcome)):
                if self._setup.can_clone:
                    await self._fresh()
                return
            assert outcome is not None
            if not outcome.exchanges or not outcome.exchanges[0].succeeded:
                return
            seen += outcome.exchanges
        noise = noise_between(*seen)
        self._session.rules = with_noise(self._session.rules, case.subject, noise)

    async def _one(self, case: Case) -> Outcome | None:
        """One case; None when it broke in a way that leaves an unknown base."""
        try:
            outcome = await run_case(self._session, case)
        except SeamlineError as exc:
            self._to.errored(case, str(exc), False)
            return None
        except Exception:
            self._to.errored(case, traceback.format_exc(limit=-6), True)
            return None
        if outcome.error:
            self._to.errored(case, outcome.error, False)
        return outcome

    async def _believed(self, position: int, outcome: Outcome) -> Outcome | None:
        """The outcome, or another one from a fresh system where an earlier case spoilt this one."""
        wrong = looks_wrong(outcome)
        suspects = self._suspects(position, outcome, wrong)
        if not wrong or not suspects:
            return outcome
        ailment = outcome.stale or await self._vitals.ailment(self._session, wrong)
        if not ailment:
            return outcome
        await self._fresh()
        again = await self._one(outcome.case)
        if again is None or looks_wrong(again):
            return again  # its own doing
        culprit = await self._culprit(suspects, wrong, has_ended=bool(outcome.stale))
        if culprit is not None:
            self._spoilers.setdefault(culprit.subject, ailment)
            self._starts[culprit.subject] += 1
        named = ", ".join(dict.fromkeys(c.subject for c in suspects))
        again.notes.append(
            f"sent again to a fresh system, as {culprit.subject if culprit else f'one of {named}'}"
            f" had left the one before unusable: {ailment}"
        )
        return again

    async def _without_late_rows(self, outcome: Outcome) -> Outcome:
        """What background work of an earlier request wrote late is no doing of this one: it comes once.

        Such findings become unstable when the same request, sent again at once, does not show them.
        """
        doubtful = {f.fingerprint for f in outcome.findings if f.check in _BY_ROWS_ALONE}
        if not doubtful or outcome.stale or outcome.error:
            return outcome
        again = await self._one(outcome.case)
        if again is None or again.stale or again.error:
            outcome.stale = outcome.stale or "the request, sent again, left no clean base"
            return outcome
        gone = doubtful - {f.fingerprint for f in again.findings}
        outcome.findings = [
            msgspec.structs.replace(f, verdict="unstable") if f.fingerprint in gone else f
            for f in outcome.findings
        ]
        if gone:
            outcome.notes.append("rows changed that the same request, sent again, did not change")
        return outcome

    def _suspects(self, position: int, outcome: Outcome, identities: Sequence[str]) -> list[Case]:
        """Cases that may have spoilt the target for these identities: writers since they were served.

        A process may answer for a while before it ends: then the last writers, whoever was served.
        """
        if outcome.stale:
            return list({case.id: case for _, case in self._writers}.values())[-_TRIED:]
        since = min((self._served.get(i, -1) for i in identities), default=position)
        since_then = {case.id: case for at, case in self._writers if since <= at < position}
        return list(since_then.values())

    async def _culprit(
        self, suspects: Sequence[Case], identities: Sequence[str], *, has_ended: bool
    ) -> Case | None:
        """The suspect after which a fresh system ails too."""
        found: Case | None = None
        for case in reversed(suspects[-_TRIED:]):
            await self._fresh()
            outcome = await self._one(case)
            if (
                outcome is None
                or outcome.stale
                or (has_ended and await self._ends())
                or await self._vitals.ailment(self._session, identities)
            ):
                found = case
            if found is not None:
                break
        await self._fresh()
        return found

    async def _ends(self) -> bool:
        """Whether the system ends within a moment."""
        process = self._session.target.process
        for _ in range(10):
            if process is None or process.exit_code is not None:
                return True
            await asyncio.sleep(_MOMENT_S / 10)
        return False

    def _note(self, position: int, outcome: Outcome) -> None:
        self._vitals.learn(outcome)
        if may_spoil(outcome.case):
            self._writers.append((position, outcome.case))
        for x in outcome.exchanges:
            if x.succeeded and x.credentials == "valid":
                self._served[x.identity] = position

    def _is_spent(self, outcome: Outcome) -> bool:
        """Whether the target can serve no further case."""
        done = outcome.case.subject in self._spoilers and any(
            x.succeeded for x in outcome.exchanges
        )
        return bool(outcome.stale) or (done and self._setup.can_clone)

    async def _fresh(self) -> None:
        await self._stack.aclose()
        self._writers.clear()
        self._served.clear()
        target = self._setup.target(quiet=True)
        self._session.target = await self._stack.enter_async_context(target)

    def _out_of_time(self, left: Sequence[Case], time_s: float) -> None:
        reason = (
            f"the time for sending cases ({time_s:g} s) was over: each operation had its turn before"
            " any had another"
        )
        for operation, number in Counter(case.subject for case in left).items():
            subject = f"{operation} ({number} case{'s' * (number != 1)})"
            self._to.skipped(
                NotCovered(subject=subject, reason=reason, remedy="give it more --time")
            )

    def _tell(self) -> None:
        for operation, ailment in self._spoilers.items():
            self._to.skipped(
                NotCovered(
                    subject=operation,
                    reason=f"it leaves the system unusable ({ailment}): what came after was sent"
                    " to a fresh one, and is not blamed",
                )
            )
        for operation, number in self._left_out.items():
            self._to.skipped(
                NotCovered(
                    subject=operation,
                    reason=f"{number} derived cases not sent: each costs a fresh start of the system",
                    remedy="pin the ones that matter: seamline pin",
                )
            )
