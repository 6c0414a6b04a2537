"""A body and a header far beyond what servers take: once a system each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from seamline.checks.too_large_handled import BODY, HEADER
from seamline.model.case import Case
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, alone

_BODY_BYTES = 9 * 1024 * 1024
_HEADER_BYTES = 64 * 1024


def too_large(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """A body for the first operation that takes JSON, a header for the first read."""
    takes = (k for k, b in world.bases.items() if b.steps[0].request.json is not msgspec.UNSET)
    reads = (k for k in world.bases if k.startswith("GET "))
    step = base.steps[0]
    if known.key == next(takes, None):
        case = alone(base, known, slug=BODY, what="a body of 9 MB", where="body", kind="negative")
        request = msgspec.structs.replace(
            step.request, json=msgspec.UNSET, body=_large_body(), media_type="application/json"
        )
        changed = msgspec.structs.replace(case.steps[0], request=request)
        yield msgspec.structs.replace(case, steps=(changed,))
    if known.key == next(reads, None):
        case = alone(
            base, known, slug=HEADER, what="a header of 64 KB", where="header", kind="negative"
        )
        headers = {**step.request.headers, "X-Padding": "x" * _HEADER_BYTES}
        request = msgspec.structs.replace(step.request, headers=headers)
        changed = msgspec.structs.replace(case.steps[0], request=request)
        yield msgspec.structs.replace(case, steps=(changed,))


@lru_cache(maxsize=1)
def _large_body() -> str:
    return '{"padding": "' + "x" * _BODY_BYTES + '"}'
