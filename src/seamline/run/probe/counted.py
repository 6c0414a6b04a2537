"""A list before and after something was added to it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, Twist
from seamline.openapi.operation import Operation
from seamline.openapi.paging import paging_of
from seamline.run.probe.pages import everything
from seamline.run.probe.world import World, name_of

AFTER = "listAfter"


def counted(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """The collection that a POST adds to, as the one who adds sees it: before and after."""
    if known.method != "POST":
        return
    path = known.path.rstrip("/")
    lists = [
        k for k, o in world.operations.items() if (o.method, o.path.rstrip("/")) == ("GET", path)
    ]
    shown = world.bases.get(lists[0]) if lists else None
    if shown is None:
        return
    operation, own = world.operations[lists[0]], base.steps[0]
    paging = paging_of(operation)
    request = shown.steps[0].request
    request = everything(request, operation, paging) if paging is not None else request
    before = msgspec.structs.replace(
        shown.steps[0],
        identity=own.identity,
        label="before",
        status=(),
        request=msgspec.structs.replace(request, path=own.request.path),
    )
    twist = Twist(scenario=AFTER, what="one more in the list", where="rows")
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "counted"),
        kind="sequence",
        steps=(
            before,
            msgspec.structs.replace(own, label="created"),
            msgspec.structs.replace(before, label="after", twist=twist),
        ),
        origin=f"derived: {base.id} between two lists",
    )
