"""Cases that a check needs and no document asks for: one file a probe, registered below.

A probe makes cases of an operation's accepted request (the *base*): the same again, as somebody else,
with another credential, behind another step. Each of its steps to be judged carries a `Twist` whose
`scenario` the check applies to; what the steps before it did stands in `Exchange.earlier`.
"""

from __future__ import annotations

from collections.abc import Iterator

from seamline.model.case import Case, NotCovered
from seamline.openapi.operation import Operation
from seamline.run.probe.absent import absent
from seamline.run.probe.assign import assign
from seamline.run.probe.conditional import conditional
from seamline.run.probe.cors import cors
from seamline.run.probe.counted import counted
from seamline.run.probe.drift import drift
from seamline.run.probe.example import example
from seamline.run.probe.foreign import foreign, foreign_not_covered
from seamline.run.probe.forged import forged, forged_not_covered
from seamline.run.probe.head import head
from seamline.run.probe.kept import kept
from seamline.run.probe.life import life
from seamline.run.probe.logged_out import logged_out, logged_out_not_covered
from seamline.run.probe.marked import marked
from seamline.run.probe.narrowed import narrowed
from seamline.run.probe.pages import pages
from seamline.run.probe.roles import roles, roles_not_covered
from seamline.run.probe.same_key import same_key
from seamline.run.probe.timed import timed
from seamline.run.probe.too_large import too_large
from seamline.run.probe.twice import twice
from seamline.run.probe.unacceptable import unacceptable
from seamline.run.probe.unchanged import unchanged
from seamline.run.probe.world import Probe, World

__all__ = ["PROBES", "World", "arranged", "not_probed", "probed"]

PROBES: tuple[Probe, ...] = (
    twice,
    same_key,
    unchanged,
    absent,
    pages,
    narrowed,
    example,
    conditional,
    cors,
    too_large,
    timed,
    head,
    unacceptable,
    forged,
    roles,
    foreign,
    assign,
    logged_out,
    life,
    counted,
    kept,
    marked,
    drift,
)


ARRANGED: tuple[Probe, ...] = (roles, foreign)
"""Probes whose steps mean the same behind steps that make what the request is about."""


def arranged(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """What those probes make of a request that others have to come before."""
    for probe in ARRANGED:
        yield from probe(base, known, world)


def probed(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """What every probe makes of an operation's base, in the order of registration."""
    for probe in PROBES:
        yield from probe(base, known, world)


def not_probed(world: World) -> Iterator[NotCovered]:
    """What no probe can make of this project, and why."""
    yield from forged_not_covered(world)
    yield from roles_not_covered(world)
    yield from foreign_not_covered(world)
    yield from logged_out_not_covered(world)
