"""GET, and then the HEAD that the document has for the same path."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.head_equals_get import HEAD
from seamline.model.case import Case
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, behind


def head(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Only where the document has both: frameworks answer HEAD by themselves, or 405, and rightly so."""
    key = f"HEAD {known.path}"
    if known.method != "GET" or key not in world.operations:
        return
    case = behind(base, known, slug=HEAD, what="HEAD", where="the same path")
    first, second = case.steps
    yield msgspec.structs.replace(
        case, steps=(first, msgspec.structs.replace(second, operation=key))
    )
