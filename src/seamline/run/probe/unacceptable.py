"""A request for a media type that nobody has."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.not_acceptable import UNKNOWN_TYPE
from seamline.model.case import Case
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, alone

_TYPE = "application/x-nothing"


def unacceptable(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Only where the document has 406: a server may disregard Accept (RFC 9110, 12.5.1)."""
    if "406" not in known.answers:
        return
    case = alone(
        base,
        known,
        slug=UNKNOWN_TYPE,
        what="a media type that nobody has",
        where="Accept",
        kind="negative",
    )
    step = case.steps[0]
    others = {n: v for n, v in step.request.headers.items() if n.lower() != "accept"}
    request = msgspec.structs.replace(step.request, headers={**others, "Accept": _TYPE})
    yield msgspec.structs.replace(case, steps=(msgspec.structs.replace(step, request=request),))
