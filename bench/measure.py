"""What every benchmark here has in common: rounds of both sides in turn, the ratio of their medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measure:
    """One budget: `ratio` of medians (ours over theirs), `spread` the least and largest round."""

    name: str
    ratio: float
    goal: float
    ours_ms: float
    theirs_ms: float
    spread: tuple[float, float]

    @property
    def ok(self) -> bool:
        return self.ratio <= self.goal

    def line(self) -> str:
        low, high = self.spread
        return (
            f"{self.name} ratio={self.ratio:.4g} goal={self.goal:.4g} {'ok' if self.ok else 'MISS'}"
            f"   ({self.ours_ms:.3g} ms vs {self.theirs_ms:.3g} ms, rounds {low:.4g}–{high:.4g})"
        )

    def json(self) -> dict[str, object]:
        return {**asdict(self), "ok": self.ok}


@dataclass(frozen=True)
class Count:
    """One budget that is no time: a `number` of something, and how many of it there may be at most."""

    name: str
    number: int
    most: int
    said: str

    @property
    def ok(self) -> bool:
        return self.number <= self.most

    def line(self) -> str:
        verdict = "ok" if self.ok else "MISS"
        return f"{self.name} count={self.number} goal={self.most} {verdict}   ({self.said})"

    def json(self) -> dict[str, object]:
        return {**asdict(self), "ok": self.ok}


def measure(
    name: str, goal: float, ours: list[float], theirs: list[float], per: int = 1
) -> Measure:
    """From seconds per round, round by round in turn; `per` is the number of operations in a round."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return Measure(
        name=name,
        ratio=statistics.median(ours) / statistics.median(theirs),
        goal=goal,
        ours_ms=statistics.median(ours) / per * 1000,
        theirs_ms=statistics.median(theirs) / per * 1000,
        spread=(min(ratios), max(ratios)),
    )


async def in_turn(
    ours: Callable[[], Awaitable[object]], theirs: Callable[[], Awaitable[object]], rounds: int
) -> tuple[list[float], list[float]]:
    """Seconds of each side, `rounds` times in turn after one round that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for side, work in enumerate((ours, theirs)):
            start = time.perf_counter()
            await work()
            if number:
                times[side].append(time.perf_counter() - start)
    return times
