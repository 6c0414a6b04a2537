"""All pairs of a run: which are worth it, in which order, and one after the other on one system."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

import msgspec

from seamline.errors import SeamlineError
from seamline.explore.schedules.footprint import Footprint, conflict, rank
from seamline.explore.schedules.meeting import (
    Callers,
    best,
    closeness,
    rivals,
    together,
    with_itself,
)
from seamline.explore.schedules.pair import Pair, bases_of
from seamline.explore.schedules.search import Bounds, Explored, Search
from seamline.explore.schedules.stage import SIDES, Stage, Unfit
from seamline.explore.whose import Heard, said_itself
from seamline.model.case import Case
from seamline.model.schedule import Side
from seamline.openapi.operation import Operation
from seamline.run.case import run_case
from seamline.run.session import Rules, Session
from seamline.run.setup import Setup
from seamline.run.watch import begun


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be explored.

    `focus` are the operations of which one must be in a pair, None for any; `pairs` how many at most,
    None for all. `until` is the time, on the monotonic clock, after which no pair is begun.
    """

    focus: frozenset[str] | None = None
    pairs: int | None = None
    bounds: Bounds = Bounds()
    until: float | None = None


class Explorer:
    """Explores the pairs of the accepted requests among `cases`; `stack` holds the running system.

    `said_too` are operations by statements that the system says in silence too: what begins with one is
    not held.
    """

    def __init__(
        self,
        setup: Setup,
        rules: Rules,
        operations: Mapping[str, Operation],
        cases: Sequence[Case],
        stack: AsyncExitStack,
    ) -> None:
        self._setup, self._rules, self._operations = setup, rules, operations
        self._stack, self._cases = stack, cases
        self._callers = Callers({n: i.role for n, i in setup.project.identities.items()})
        self.stage: Stage | None = None
        self.left: list[Pair] = []
        self.said_too: dict[str, list[str]] = {}

    async def explored(self, wanted: Wanted) -> AsyncIterator[Explored]:
        """Pair by pair, the likeliest first. What was left out stands in `left` afterwards."""
        chosen = await self._chosen(wanted)
        done: set[tuple[str, str]] = set()
        for number, pair in enumerate(chosen):
            operations = (pair.first.operation, pair.second.operation)
            if operations in done:
                continue  # one witness is enough: another way in which these two meet adds nothing
            if wanted.until is not None and time.monotonic() > wanted.until:
                self.left = [*chosen[number:], *self.left]
                return
            result = await self.explore(pair, wanted.bounds)
            if result.violation is not None:
                done.add(operations)
            yield result

    async def explore(self, pair: Pair, bounds: Bounds, only: str | None = None) -> Explored:
        """One pair; with `only` just that schedule, to see if it is still so."""
        began = time.monotonic()
        result = await self._explore(pair, bounds, only)
        result.seconds = time.monotonic() - began
        if result.stale or result.stuck:
            await self.fresh()
        return result

    async def _explore(self, pair: Pair, bounds: Bounds, only: str | None) -> Explored:
        stage = self.stage or await self.fresh()
        try:
            alone = {side: await stage.alone(pair, side) for side in SIDES}
        except Unfit as exc:
            return Explored(pair=pair, unfit=str(exc), stuck=exc.stuck)
        except SeamlineError as exc:
            return Explored(pair=pair, unfit=str(exc), stuck=True)
        stale = next((p.stale for p in alone.values() if p.stale), "")
        if stale:
            return Explored(pair=pair, unfit=stale, stale=stale)
        search = Search(stage, pair, bounds, self.tolerated(pair), alone)
        return await (search.run() if only is None else search.only(only))

    def find(self, name: str) -> Pair | None:
        """The pair of that id, as the cases give it now."""
        return next((p for p in self._all(None) if p.id == name), None)

    def tolerated(self, pair: Pair) -> frozenset[str]:
        """Tables that a refused request of the pair may write."""
        tables: set[str] = set()
        for operation in (pair.first.operation, pair.second.operation):
            context = self._rules.context(operation)
            tables |= set(context.error_tables)
        return frozenset(tables)

    async def fresh(self) -> Stage:
        """A new system on a fresh clone."""
        await self._stack.aclose()
        target = await self._stack.enter_async_context(self._setup.target(quiet=True))
        session = Session(target=target, rules=self._rules, redactor=self._setup.redactor)
        if self.stage is None:
            self.stage = Stage(session)
        else:
            self.stage.session = session
        return self.stage

    def _all(self, focus: frozenset[str] | None) -> list[Pair]:
        """Every pair that could be explored, one operation with itself before two of them."""
        bases = bases_of(self._cases)
        leading = best(bases)
        writing = [b for b in leading.values() if not b.is_safe]
        pairs: list[Pair] = []
        for base in writing:
            known = self._operations.get(base.operation)
            pairs += with_itself(base, known, leading, self._callers)
            pairs += rivals(base, bases)
        others = [b for b in leading.values() if not b.operation.startswith(("HEAD", "OPTIONS"))]
        for number, one in enumerate(others):
            for other in others[number + 1 :]:
                first, second = (one, other) if not one.is_safe else (other, one)
                if (pair := together(first, second, self._callers)) is not None:
                    pairs.append(pair)
        if focus is None:
            return pairs
        return [p for p in pairs if {p.first.operation, p.second.operation} & focus]

    async def _chosen(self, wanted: Wanted) -> list[Pair]:
        """The pairs that meet in some table by their traces, the likeliest to disturb each other first."""
        pairs = self._all(wanted.focus)
        prints = await self._prints(pairs)
        await self._listen(prints)
        scored: list[tuple[int, int, int, Pair]] = []
        ways: dict[tuple[str, str], int] = {}
        for number, pair in enumerate(pairs):
            one, other = (prints.get(s.operation) for s in (pair.first, pair.second))
            if one is None or other is None:
                continue
            shared = conflict(one, other)
            if not shared:
                continue
            names = (pair.first.operation, pair.second.operation)
            ways[names] = ways.get(names, 0) + 1
            likely = rank(one, other, shared) + closeness(pair)
            scored.append((ways[names] - 1, -likely, number, pair))
        chosen = _in_turn(scored)
        if wanted.pairs is not None and len(chosen) > wanted.pairs:
            self.left += chosen[wanted.pairs :]
            chosen = chosen[: wanted.pairs]
        return chosen

    async def _prints(self, pairs: Sequence[Pair]) -> dict[str, Footprint]:
        """What each operation touches, from one request of it, undisturbed."""
        found: dict[str, Footprint] = {}
        for pair in pairs:
            for side in SIDES:
                operation = (pair.first if side == "A" else pair.second).operation
                if operation not in found and (own := await self._print(pair, side)) is not None:
                    found[operation] = own
        return found

    async def _listen(self, operations: Collection[str]) -> None:
        """Learn which operations say what the system says in silence too."""
        background = self._rules.background
        if not background:
            return
        cases, bases = {c.id: c for c in self._cases}, best(bases_of(self._cases))
        for operation in operations:
            case = cases[bases[operation].case]
            for text in await said_itself(partial(self._heard, case, operation), background):
                self.said_too.setdefault(text, []).append(operation)

    async def _heard(self, case: Case, operation: str) -> Heard | None:
        stage = self.stage or await self.fresh()
        quiet = msgspec.structs.replace(self._rules, rows=None, standings=None, judge_api=False)
        try:
            outcome = await run_case(msgspec.structs.replace(stage.session, rules=quiet), case)
        except SeamlineError:
            await self.fresh()
            return None
        if outcome.stale:
            await self.fresh()
        x = next((x for x in outcome.exchanges if x.operation == operation), None)
        if x is None:
            return None
        return begun(x.sql or (), self._rules.background) | x.unclaimed, x.duration_ms

    async def _print(self, pair: Pair, side: Side) -> Footprint | None:
        stage = self.stage or await self.fresh()
        try:
            played = await stage.alone(pair, side)
        except (Unfit, SeamlineError) as exc:
            if not isinstance(exc, Unfit) or exc.stuck:
                await self.fresh()
            return None
        if played.stale:
            await self.fresh()
        return played.footprints[side] if 200 <= played.status(side) < 300 else None


def _in_turn(scored: Sequence[tuple[int, int, int, Pair]]) -> list[Pair]:
    """By turns each operation with itself, in one way a turn, and as many pairs of two operations."""
    ordered = sorted(scored, key=lambda s: s[:3])
    own = [s for s in ordered if s[3].first.operation == s[3].second.operation]
    mixed = spread(
        [(-s[1], s[3]) for s in ordered if s[3].first.operation != s[3].second.operation]
    )
    many = max(1, len({s[3].first.operation for s in own}))
    turns = [(turn, 0, at, pair) for at, (turn, _, _, pair) in enumerate(own)]
    turns += [(at // many, 1, at, pair) for at, pair in enumerate(mixed)]
    return [pair for *_, pair in sorted(turns, key=lambda t: t[:3])]


def spread(pairs: Sequence[tuple[int, Pair]]) -> list[Pair]:
    """Pairs of two operations, the likeliest first; the less so the more often they came before."""
    met: Counter[str] = Counter()
    placed: list[Pair] = []
    queue = [(-likely, number) for number, (likely, _) in enumerate(pairs)]
    heapq.heapify(queue)
    while queue:
        thought, number = heapq.heappop(queue)
        likely, pair = pairs[number]
        both = (pair.first.operation, pair.second.operation)
        now = sum(met[o] for o in both) - likely
        if now > thought:
            heapq.heappush(queue, (now, number))
            continue
        placed.append(pair)
        met.update(both)
    return placed
