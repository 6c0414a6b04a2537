"""Carry out a sweep: the request undisturbed, then with each fault, each from a clean base."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack

import msgspec

from seamline.errors import SeamlineError
from seamline.explore.faults.compare import Noise, noise_of
from seamline.explore.faults.compare import outcome as became
from seamline.explore.faults.judge import Ground, ground_of, is_as_before
from seamline.explore.faults.killed import Starts, idle_start, restarted
from seamline.explore.faults.later import later
from seamline.explore.faults.points import Shape, points, shape
from seamline.explore.faults.strike import Strike
from seamline.explore.whose import Heard, said_itself
from seamline.model.case import Case
from seamline.model.exchange import Exchange
from seamline.model.injection import Injection
from seamline.model.statement import SqlStatement
from seamline.model.sweep import Sweep, Trial
from seamline.run.case import Outcome, run_case
from seamline.run.session import After, Rules, Session
from seamline.run.setup import Setup
from seamline.text.statement import fingerprint

_PAUSES_S = (0.0, 0.1, 0.4)
"""Before each try of the same request behind a fault: a pool may take a moment to mend itself."""
_BROKEN = 2
"""So often an operation may leave a system that has to be started anew; its other faults are left out."""
_MOST = 200
_MOST_DEEP = 1000


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a sweep. Without one `reason` says why; it is empty where there is nothing to fail.

    `left_out` counts faults that were not tried, for the reason in `why_left`; `unmet` those whose
    statement did not come again. `said_too` are transactions of it, by what they begin with, that the system
    carries out in silence too: no statement of them is made to fail.
    """

    sweep: Sweep | None = None
    noise: Noise = Noise()
    reason: str = ""
    statements: int = 0
    requests: int = 0
    left_out: int = 0
    why_left: str = ""
    unmet: int = 0
    said_too: tuple[str, ...] = ()


class Impossible(Exception):
    """An operation cannot be swept; the message says why."""


class Sweeper:
    """Sweeps cases on targets of its own, one after another. `stack` holds the present one."""

    def __init__(
        self,
        setup: Setup,
        rules: Rules,
        stack: AsyncExitStack,
        *,
        deep: bool = False,
        until: float | None = None,
    ) -> None:
        self._setup, self._stack = setup, stack
        self._rules = msgspec.structs.replace(rules, rows=None, standings=None, judge_api=False)
        self._deep, self._until = deep, until
        self._session: Session | None = None
        self._sent = 0
        self._starts: Starts | None = None
        self._stays: set[tuple[str, bool]] = set()

    @property
    def is_over(self) -> bool:
        """Whether the time is."""
        return self._until is not None and time.monotonic() >= self._until

    async def sweep(
        self, case: Case, *, seen: Collection[Shape] = (), only: Sequence[Injection] | None = None
    ) -> Swept:
        """All faults of a case whose shape is not among those `seen`, or `only` some faults.

        Raises `SeamlineError` where the system cannot be started.
        """
        self._sent = 0
        try:
            sound = await self._undisturbed(case)
        except Impossible as exc:
            return Swept(reason=str(exc), requests=self._sent)
        if not sound or shape(sound[0].sql or ()) in seen:
            return Swept(requests=self._sent)
        trace = sound[0].sql or ()
        found = points(trace, deep=self._deep)
        wanted = found if only is None else list(only)
        shifted = await self._shifted(case)
        known = Sweep(operation=case.subject, case=case.id, sound=sound, shifted=shifted)
        self._stays = set()
        ground = ground_of(known, noise_of(known), self._rules.context(case.subject))
        trials, why = await self._trials(case, ground, wanted)
        aged = await self._aged(case) if self._stays else ()
        swept = msgspec.structs.replace(known, aged=aged, trials=tuple(trials))
        return Swept(
            sweep=swept,
            noise=noise_of(swept),
            statements=len(shape(trace)),
            requests=self._sent,
            left_out=len(wanted) - len(trials),
            why_left=why,
            unmet=sum(not t.struck for t in trials),
            said_too=tuple(await self._said_too(case, sound)) if only is None else (),
        )

    async def _undisturbed(self, case: Case) -> tuple[Exchange, ...]:
        """Two runs with the same statements, the later first; nothing where the request writes nothing."""
        seen: list[Exchange] = []
        for _ in range(3):
            x = await self._send(case)
            if x.sql is None or x.changes is None:
                raise Impossible("its statements or rows are not seen")
            if not x.succeeded:
                raise Impossible(f"undisturbed it is answered with {x.status or x.failure}")
            if not x.changes:
                return ()
            if seen and shape(seen[-1].sql or ()) == shape(x.sql):
                return x, seen[-1]
            seen.append(x)
        raise Impossible("its statements differ from run to run")

    async def _shifted(self, case: Case) -> tuple[Exchange, ...]:
        """An undisturbed run whose generated ids are others: a value of each sequence is used up before."""
        return await self._sound(case, skips=True)

    async def _aged(self, case: Case) -> tuple[Exchange, ...]:
        """An undisturbed run with the rows that stand a moment later."""

        async def wait(x: Exchange) -> Exchange:
            return await later(await self._ready(), x, lambda _: False)

        return await self._sound(case, after=wait)

    async def _sound(
        self, case: Case, *, skips: bool = False, after: After | None = None
    ) -> tuple[Exchange, ...]:
        """The request as it goes undisturbed, where it does."""
        try:
            outcome = await self._carry_out(case, skips=skips, after=after)
        except Impossible:
            return ()
        if outcome.stale:
            await self._spoilt()
        x = outcome.exchanges[-1]
        return (x,) if len(outcome.exchanges) == len(case.steps) and x.succeeded else ()

    async def _said_too(self, case: Case, sound: Sequence[Exchange]) -> list[str]:
        """Transactions that are left out of its trace each time."""

        async def heard() -> Heard | None:
            found = await self._sound(case)
            return (found[0].unclaimed, found[0].duration_ms) if found else None

        if not frozenset.intersection(*(x.unclaimed for x in sound)):
            return []
        return await said_itself(heard, self._rules.background)

    async def _trials(
        self, case: Case, ground: Ground, wanted: Sequence[Injection]
    ) -> tuple[list[Trial], str]:
        """A trial a fault, and why some were left out."""
        trials: list[Trial] = []
        broken, sound, unkillable = 0, ground.sound, ""
        most = _MOST_DEEP if self._deep else _MOST
        for injection in wanted:
            if self.is_over:
                return trials, "the time was over"
            if len(trials) >= most:
                return trials, f"an operation has {most} faults at most"
            if broken >= _BROKEN:
                return trials, "each leaves a system that has to be started anew"
            try:
                if injection.harm == "killed" and (why := await self._unkillable(sound)):
                    unkillable = why
                    continue
                trial = await self._trial(case, ground, injection)
            except Impossible as exc:
                return trials, str(exc)
            trials.append(trial)
            if injection.harm == "killed":
                continue
            is_well = trial.behind and is_as_before(trial.behind[-1], sound)
            broken += bool(trial.ended) or (bool(trial.behind) and not is_well)
            if not is_well and trial.struck:
                await self._spoilt()
        return trials, unkillable

    async def _trial(self, case: Case, ground: Ground, injection: Injection) -> Trial:
        session = await self._ready()
        process = session.target.process
        strike = Strike(injection, process.kill if process is not None else None)
        look = None if injection.harm == "killed" else self._looking(ground, strike)
        outcome = await self._carry_out(case, strike, after=look)
        x = _last(case, outcome)
        x = _marked(x, injection) if strike.struck else x
        if injection.harm == "killed" and strike.struck and session.target.restart is not None:
            return await self._restarted(case, ground, x, injection)
        if outcome.stale:
            await self._spoilt()
            ended = outcome.stale if process is not None and process.exit_code is not None else ""
            return Trial(injection=injection, exchange=x, struck=strike.struck, ended=ended)
        behind = await self._behind(case, ground.sound) if strike.struck else ()
        return Trial(injection=injection, exchange=x, struck=strike.struck, behind=behind)

    def _looking(self, ground: Ground, strike: Strike) -> After:
        """Looks again at rows that seem torn, in each way once: what stays so in one trial is told anyway."""

        async def look(x: Exchange) -> Exchange:
            torn = ground.torn(x) if strike.struck else None
            if torn is None or (torn, x.succeeded) in self._stays:
                return x
            x = await later(await self._ready(), x, lambda y: ground.torn(y) is None)
            if ground.torn(x) is not None:
                self._stays.add((torn, x.succeeded))
            return x

        return look

    async def _restarted(
        self, case: Case, ground: Ground, killed: Exchange, injection: Injection
    ) -> Trial:
        """What comes of a killed system on its database; the target is thrown away then."""

        def settled(x: Exchange) -> bool:
            return became(x, ground.sound, ground.noise, frozenset()) in {"none", "all"}

        session = await self._ready()
        own = self._starts.tables if self._starts is not None else frozenset()
        try:
            return await restarted(session, case, killed, injection, own, settled)
        except SeamlineError as exc:
            raise Impossible(session.redactor.text(str(exc))) from exc
        finally:
            await self._spoilt()

    async def _unkillable(self, sound: Exchange) -> str:
        """Why the system cannot be killed and judged when it was started again, or ''."""
        session = await self._ready()
        if session.target.restart is None:
            return ""
        if self._starts is None:
            try:
                self._starts = await idle_start(session)
            finally:
                await self._spoilt()
        if not self._starts.is_possible:
            return "killed while it does nothing, the system does not start again"
        if self._starts.tables.intersection(c.table for c in sound.changes or ()):
            return "each start of the system writes the tables that the request writes"
        return ""

    async def _behind(self, case: Case, sound: Exchange) -> tuple[Exchange, ...]:
        """The same request, until it does what it did undisturbed."""
        seen: list[Exchange] = []
        for pause in _PAUSES_S:
            await asyncio.sleep(pause)
            outcome = await self._carry_out(case)
            seen += outcome.exchanges[-1:]
            if outcome.stale or is_as_before(seen[-1], sound):
                break
        return tuple(seen)

    async def _send(self, case: Case) -> Exchange:
        outcome = await self._carry_out(case)
        if outcome.stale:
            await self._spoilt()
            raise Impossible(f"undisturbed it leaves no clean base: {outcome.stale}")
        return _last(case, outcome)

    async def _carry_out(
        self,
        case: Case,
        strike: Strike | None = None,
        *,
        skips: bool = False,
        after: After | None = None,
    ) -> Outcome:
        """The case, and its rows put back; `strike` is for its last request.

        With `skips` that finds each sequence a value further on. Raises `Impossible` where it cannot be sent.
        """
        session = await self._ready()
        tap, capture = session.target.tap, session.target.capture

        async def before(number: int) -> None:
            if number < len(case.steps) - 1:
                return
            if tap is not None and strike is not None:
                await tap.use(strike)
            if skips and capture is not None:
                await capture.skip()

        try:
            outcome = await run_case(session, case, before, after)
        except SeamlineError as exc:
            await self._spoilt()
            raise Impossible(session.redactor.text(str(exc))) from exc
        finally:
            if tap is not None and strike is not None:
                await tap.use(None)
        self._sent += len(outcome.exchanges)
        if not outcome.exchanges:
            raise Impossible(outcome.error or "it could not be sent")
        return outcome

    async def _ready(self) -> Session:
        if self._session is None:
            target = await self._stack.enter_async_context(self._setup.target(quiet=True))
            self._session = Session(target=target, rules=self._rules, redactor=self._setup.redactor)
        return self._session

    async def _spoilt(self) -> None:
        """Throw the target away: the next request goes to a fresh one."""
        self._session = None
        await self._stack.aclose()


def _last(case: Case, outcome: Outcome) -> Exchange:
    """The exchange of the request that is swept. Raises `Impossible` where one before it failed."""
    x = outcome.exchanges[-1]
    if len(outcome.exchanges) < len(case.steps):
        said = outcome.error or f"{x.operation} was answered with {x.status or x.failure}"
        raise Impossible(f"what it needs could not be done first: {said}")
    return x


def _marked(x: Exchange, injection: Injection) -> Exchange:
    """The exchange whose struck statement says what was done to it, where it does not by itself."""
    seen = 0
    sql: list[SqlStatement] = []
    for s in x.sql or ():
        is_it = s.kind == injection.kind and fingerprint(s.text) == injection.text
        seen += is_it
        is_it = is_it and seen == injection.occurrence and not s.sqlstate
        sql.append(msgspec.structs.replace(s, message=injection.done) if is_it else s)
    return msgspec.structs.replace(x, sql=tuple(sql))
