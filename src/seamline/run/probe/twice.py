"""The same request again, on what the first one left: a duplicate, or a thing that is gone."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.duplicate_refused import AGAIN
from seamline.model.case import Case
from seamline.model.vocabulary import SAFE_METHODS
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, behind, name_of


def twice(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """A write, and the same once more."""
    if known.method in SAFE_METHODS:
        return
    case = behind(
        base,
        known,
        slug=AGAIN,
        what="the same request",
        where="a second time",
        origin=f"derived: {base.id} twice",
    )
    yield msgspec.structs.replace(case, id=name_of(known, "twice"))
