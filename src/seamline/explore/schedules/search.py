"""Tries the schedules of a pair: the most promising first, with few preemptions before many."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, defaultdict

import msgspec

from seamline.explore.schedules.footprint import Footprint, conflict
from seamline.explore.schedules.oracle import Judge, Named, References, named, verdict
from seamline.explore.schedules.outcome import Canon, difference
from seamline.explore.schedules.pair import Pair
from seamline.explore.schedules.stage import SIDES, Played, Stage, Unfit
from seamline.model.schedule import Side

_OTHER_SECOND_S = 1.05
"""So long is waited before a violation is believed: what carries the second it was made in then shows."""
_TRIES = 3
DEADLOCK = "40P01"
CONFLICT = "40001"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How far a pair is explored: preemptions, and schedules in all."""

    preemptions: int = 2
    schedules: int = 16


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """A run that is no serial one, and what it is held against; `number` counts the runs up to it."""

    played: Played
    refs: References
    canon: Canon
    named: Named
    number: int


class Explored(msgspec.Struct, kw_only=True):
    """What came of a pair. `left` says how many schedules were not tried, `unfit` why none was.

    `astray` are those in which another request went on than the schedule says, as one of them waited.
    """

    pair: Pair
    shared: frozenset[str] = frozenset()
    schedules: int = 0
    preemptions: int = 0
    refused: int = 0
    left: int = 0
    astray: int = 0
    outcomes: int = 0
    violation: Violation | None = None
    deadlock: Violation | None = None
    unfit: str = ""
    stale: str = ""
    stuck: bool = False
    seconds: float = 0.0


class Search:
    """Explores one pair on a stage."""

    def __init__(
        self,
        stage: Stage,
        pair: Pair,
        bounds: Bounds,
        tolerated: frozenset[str],
        alone: dict[Side, Played],
        judge: Judge = verdict,
        operations: tuple[str, str] | None = None,
    ) -> None:
        self._verdict = judge
        self._stage, self._pair, self._bounds = stage, pair, bounds
        self._tolerated, self._alone = tolerated, alone
        self._operations = operations or (pair.first.operation, pair.second.operation)
        catalog = stage.session.target.catalog
        assert catalog is not None
        self.canon = Canon(catalog, stage.session.rules, self._operations, stage.others)
        self._serial: list[Played] = []
        self._queue: list[tuple[int, int, int, str]] = []
        self._seen: set[str] = set()
        self._classes: set[object] = set()
        self._endings: Counter[str] = Counter()
        self.result = Explored(pair=pair)

    async def run(self) -> Explored:
        """Explore until a violation is found, or the bounds are reached."""
        result = self.result
        try:
            await self._references()
            while self._queue and not result.violation and not result.stale:
                if result.schedules >= self._bounds.schedules:
                    result.left = len(self._queue)
                    break
                preemptions, _, _, choices = heapq.heappop(self._queue)
                result.preemptions = max(result.preemptions, preemptions)
                await self._judge(await self._play(choices), len(choices))
        except Unfit as exc:
            result.unfit, result.stuck = str(exc), exc.stuck
        result.outcomes = len(self._endings)
        return result

    async def only(self, choices: str) -> Explored:
        """Just this schedule, judged as in a search."""
        try:
            await self._references()
            for _ in range(_TRIES):
                if self.result.stale or self.result.violation:
                    break
                played = await self._play(choices)
                await self._judge(played, len(choices))
                if played.choices == choices:
                    break  # else the machine was too busy to follow the schedule
        except Unfit as exc:
            self.result.unfit, self.result.stuck = str(exc), exc.stuck
        return self.result

    async def _references(self) -> None:
        alone = self._alone
        for side in SIDES:
            if not 200 <= alone[side].status(side) < 300:
                if not self._pair.planned:
                    raise Unfit("")
                operation = self._operations[SIDES.index(side)]
                raise Unfit(f"{operation} by itself is answered with {alone[side].status(side)}")
        self.result.shared = shared = conflict(*(alone[s].footprints[s] for s in SIDES))
        if not shared:
            raise Unfit("")
        # What two at once need (connections of a pool, caches) is there before statements are held. How
        # it ends says nothing: that is another time another way.
        await self._stage.burst(self._pair)
        # No order has a say in the values of sequences: what hangs on them is to differ.
        runs = {s: [await self._play(s), await self._play(s, skips=True)] for s in SIDES}
        self._learn(runs)
        for both in runs.values():
            one, other = (self.canon.outcome(p) for p in both)
            if one != other:
                what = difference(one, other)
                raise Unfit(f"one after the other gives another outcome each time: {what}")
        self._serial = [r for both in runs.values() for r in both]
        if self.result.stale:
            return
        for side in SIDES:
            self._expand(runs[side][0], 1)
            self._endings[repr(self.canon.outcome(runs[side][0]))] += 1
            await self._check(runs[side][0])

    def _learn(self, runs: dict[Side, list[Played]]) -> None:
        for same in runs.values():
            self.canon.learn(same)
        self.canon.learn_keys([p for same in runs.values() for p in same])

    def references(self) -> References:
        """What runs of this pair are held against, once it was explored."""
        return References(serial=tuple(self._serial), alone=self._alone, tolerated=self._tolerated)

    async def _play(self, choices: str, *, skips: bool = False) -> Played:
        played = await self._stage.play(self._pair, choices, self.result.shared, skips=skips)
        self.result.schedules += 1
        self.result.astray += not played.choices.startswith(choices)
        self.result.stale = self.result.stale or played.stale
        return played

    async def _judge(self, played: Played, given: int) -> None:
        result = self.result
        if is_unanswered(played):
            said = f"one is refused by the database for the other's sake ({CONFLICT}), and not answered"
            found = self._violation(played)
            named_so = Named("no answer", False, said)
            result.violation = msgspec.structs.replace(found, named=named_so)
            return
        if any(DEADLOCK in t.note for t in played.turns):
            # Which one the server ends is its timer's choice: what comes behind is no schedule of ours.
            if ended_by_deadlock(played) is not None:
                result.deadlock = result.deadlock or self._violation(played)
            await self._check(played)
            return
        self._endings[repr(self.canon.outcome(played))] += 1
        await self._check(played)
        self._expand(played, given)

    async def _check(self, played: Played) -> None:
        """Hold a run against what may be; a violation is believed when it recurs."""
        result = self.result
        match self._verdict(self.canon, self.references(), played):
            case "refused":
                result.refused += 1
            case "violation" if not (result.stale or result.violation):
                if await self._recurs(played):
                    result.violation = self._violation(played)

    def _violation(self, played: Played) -> Violation:
        refs = self.references()
        return Violation(
            played=played,
            refs=refs,
            canon=self.canon,
            named=named(self.canon, refs, played, self._operations),
            number=self.result.schedules,
        )

    async def _recurs(self, played: Played) -> bool:
        """Whether it is there again in another second, with what is noise learnt once more."""
        number = self.result.schedules
        await self.learn_again()
        second = await self._play(played.choices)
        for _ in range(_TRIES):
            if second.choices == played.choices:
                break  # else the machine was too busy to follow the schedule
            second = await self._play(played.choices)
        self.result.schedules = number
        same = self.canon.outcome(second) == self.canon.outcome(played)
        return same and self._verdict(self.canon, self.references(), second) == "violation"

    async def learn_again(self) -> None:
        """Learn once more, in another second, what differs by itself."""
        await asyncio.sleep(_OTHER_SECOND_S)
        again: dict[Side, list[Played]] = {}
        for place, side in enumerate(SIDES):
            again[side] = [*self._serial[2 * place : 2 * place + 2], await self._play(side)]
        self._learn(again)
        self._serial += [again[s][-1] for s in SIDES]

    def _expand(self, played: Played, given: int) -> None:
        """Put the schedules that differ from this one in one further decision into the queue."""
        key = _order(played.prints)
        if key in self._classes:
            return
        self._classes.add(key)
        spent = 0
        for number, point in enumerate(played.points):
            if number >= given:
                for other in point.others:
                    cost = spent + 1
                    choices = played.choices[:number] + other
                    if cost <= self._bounds.preemptions and choices not in self._seen:
                        self._seen.add(choices)
                        item = (cost, -point.promise, len(self._seen), choices)
                        heapq.heappush(self._queue, item)
            spent += point.preempts


def ended_by_deadlock(played: Played) -> Side | None:
    """The request that the server has ended for a deadlock; None where it was tried again and succeeded."""
    lost = (t.side for t in played.turns if DEADLOCK in t.note)
    return next((side for side in lost if not 200 <= played.status(side) < 300), None)


def is_unanswered(played: Played) -> bool:
    """Whether a request got no answer since one of its statements was refused for the other's sake."""
    refused = {t.side for t in played.turns if CONFLICT in t.note}
    return any(played.answers.get(side) is None for side in refused)


def _order(prints: tuple[tuple[Side, Footprint], ...]) -> object:
    """Runs in which all statements that conflict stand in the same order are one run to the database."""
    numbers: dict[Side, int] = defaultdict(int)
    placed: list[tuple[Side, int, Footprint]] = []
    for side, own in prints:
        numbers[side] += 1
        placed.append((side, numbers[side], own))
    return frozenset(
        (a[:2], b[:2])
        for at, a in enumerate(placed)
        for b in placed[at + 1 :]
        if a[0] != b[0] and (a[2].written & b[2].touched or b[2].written & a[2].touched)
    )
