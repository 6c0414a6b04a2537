"""A request from a foreign site, and the browser's question before it: once a system."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.checks.options_and_cors import CORS, ORIGIN
from seamline.model.case import Case, Step, Twist
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, name_of


def cors(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """The first read and the first write: what answers for origins stands before all operations."""
    firsts = {key.startswith("GET "): key for key in reversed(list(world.bases))}
    if known.key not in firsts.values():
        return
    step = base.steps[0]
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": known.method}
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "cors"),
        kind="sequence",
        steps=(
            _step(step, f"OPTIONS {known.path}", asking, "preflight"),
            _step(step, known.key, {"Origin": ORIGIN}, "request"),
        ),
        origin=f"derived: {base.id} from a foreign site",
    )


def _step(step: Step, key: str, headers: dict[str, str], label: str) -> Step:
    request = msgspec.structs.replace(step.request, headers={**step.request.headers, **headers})
    if label == "preflight":
        request = msgspec.structs.replace(request, json=msgspec.UNSET, form=None, body=None)
    twist = Twist(scenario=CORS, what="a foreign origin", where="header Origin")
    return msgspec.structs.replace(
        step, operation=key, request=request, label=label, status=(), twist=twist
    )
