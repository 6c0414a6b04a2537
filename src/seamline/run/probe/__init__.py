"""Cases that a check needs and no document asks for: one file a probe, registered below.

A probe makes cases of an operation's accepted request (the *base*): the same again, as somebody else,
with another credential, behind another step. Each of its steps to be judged carries a `Twist` whose
`scenario` the check applies to; what the steps before it did stands in `Exchange.earlier`.
"""

from __future__ import annotations

from collections.abc import Iterator

from seamline.model.case import Case, NotCovered
from seamline.openapi.operation import Operation
from seamline.run.probe import forged, twice
from seamline.run.probe import same_key, twice, unchanged
from seamline.run.probe import absent, pages, twice
from seamline.run.probe import absent, forged, pages, twice
from seamline.run.probe.world import Probe, World

__all__ = ["PROBES", "World", "not_probed", "probed"]

PROBES: tuple[Probe, ...] = (twice.twice, forged.forged)
PROBES: tuple[Probe, ...] = (twice.twice, same_key.same_key, unchanged.unchanged)
PROBES: tuple[Probe, ...] = (twice.twice, absent.absent, pages.pages)
PROBES: tuple[Probe, ...] = (
    twice.twice,
    absent.absent,
    pages.pages,
    forged.forged,
)


def probed(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """What every probe makes of an operation's base, in the order of registration."""
    for probe in PROBES:
        yield from probe(base, known, world)


def not_probed(world: World) -> Iterator[NotCovered]:
    """What no probe can make of this project, and why."""
    yield from forged.forged_not_covered(world)
