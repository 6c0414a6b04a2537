"""The accepted request a few times, where a person gives it a budget of time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.latency_budget import TIMED
from seamline.model.case import Case, Twist
from seamline.model.vocabulary import SAFE_METHODS
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, name_of

_TIMES = 5


def timed(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """A read five times; a write once, as what it did stands in the way of the next."""
    context = world.contexts.get(known.key)
    if context is None or context.latency_ms is None:
        return
    times = _TIMES if known.method in SAFE_METHODS else 1
    twist = Twist(scenario=TIMED, what="the same request, timed", where="time")
    steps = tuple(
        msgspec.structs.replace(
            base.steps[0],
            label="last" if number == times else f"time{number}",
            status=(),
            twist=twist,
        )
        for number in range(1, times + 1)
    )
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "timed"),
        kind="sequence",
        steps=steps,
        origin=f"derived: {base.id}, timed against its budget",
    )
