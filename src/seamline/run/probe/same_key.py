"""The same POST again under the same Idempotency-Key, where the document has that header."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, Step
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, behind

_KEY = "0b6f1c8e-5a54-4f0a-9d0e-5ea3113e0001"
"""Any will do, as long as nobody else has used it: a UUID, as the draft of the header recommends."""


def same_key(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Twice the same request with the same key: one of them counts."""
    name = next(
        (
            p.name
            for p in known.parameters
            if p.place == "header" and p.name.lower() in ("idempotency-key", "x-idempotency-key")
        ),
        None,
    )
    if known.method != "POST" or name is None:
        return
    case = behind(
        base,
        known,
        slug="sameKey",
        what="the same request under the same key",
        where=f"headers {name}",
    )

    def keyed(step: Step) -> Step:
        own = {n: v for n, v in step.request.headers.items() if n.lower() != name.lower()}
        request = msgspec.structs.replace(step.request, headers={**own, name: _KEY})
        return msgspec.structs.replace(step, request=request)

    yield msgspec.structs.replace(case, steps=tuple(map(keyed, case.steps)))
