"""The life of what an operation creates: read, changed, read, deleted, and read again."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.case import Case, RequestTemplate, Step
from seamline.openapi.operation import Operation
from seamline.run.probe.item import CREATED, Item, item_of, on_item
from seamline.run.probe.world import World, name_of


def life(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Create, and with what was created all that the document has for one of its kind."""
    item = item_of(base, known, world)
    if item is None:
        return
    first = msgspec.structs.replace(base.steps[0], label=CREATED)
    steps = [first, reading(base, item, world, "read")]
    change = _based(item, world, "PATCH") or _based(item, world, "PUT")
    if change is not None:
        steps += [on_item(change, item, base, label="changed")]
        steps += [reading(base, item, world, "read changed")]
    delete = _based(item, world, "DELETE")
    if delete is not None:
        steps += [on_item(delete, item, base, label="deleted")]
        steps += [reading(base, item, world, "read deleted")]
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "life"),
        kind="sequence",
        steps=tuple(steps),
        origin=f"derived: {base.id}, and what becomes of it",
    )


def reading(base: Case, item: Item, world: World, label: str) -> Step:
    """Read what was created, as the one who created it."""
    key = item.operations["GET"]
    own = world.bases.get(key)
    template = (
        own.steps[0]
        if own is not None
        else Step(operation=key, identity="", request=RequestTemplate(), label=label)
    )
    return on_item(template, item, base, label=label, identity=base.steps[0].identity)


def _based(item: Item, world: World, method: str) -> Step | None:
    """The accepted request of the item's operation with that method."""
    base = world.bases.get(item.operations.get(method, ""))
    return base.steps[0] if base is not None else None
