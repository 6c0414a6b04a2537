"""Values that are hard to keep, written and read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from seamline.checks.round_trip_fidelity import READ
from seamline.model.case import Case, Step, Twist
from seamline.openapi.operation import Operation
from seamline.run.probe.item import CREATED, item_of
from seamline.run.probe.life import reading
from seamline.run.probe.world import World, name_of
from seamline.spec.reference import is_reference
from seamline.text.redact import SECRET_COLUMN

_TEXTS = (
    ("unicode", "Zoe\u0308 \u00e9\u00df \U0001f98a \u05e9\u05dc\u05d5\u05dd \U00020bb7"),
    ("leading-zeros", "00742"),
)
_NUMBERS = (("beyond-double", 2**53 + 1),)
_MOMENT = "2031-03-28T01:30:00+05:30"
_MOST = 12
"""Values of one operation."""


def kept(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Each property of an accepted request with a value that is easily spoilt, then a read of it."""
    body = base.steps[0].request.json
    if known.method not in ("POST", "PUT", "PATCH") or not isinstance(body, dict):
        return
    read = _read(base, known, world)
    if read is None:
        return
    for scenario, name, value in list(_values(body))[:_MOST]:
        twist = Twist(scenario=f"kept-{scenario}", what=scenario, where=f"body/{name}")
        own = base.steps[0]
        request = msgspec.structs.replace(own.request, json={**body, name: value})
        write = msgspec.structs.replace(own, label=CREATED, status=(), request=request, twist=twist)
        told = Twist(scenario=READ, what=f"{scenario} read back", where=f"body/{name}")
        after = _chosen(read, own, name, value)
        yield msgspec.structs.replace(
            base,
            id=name_of(known, f"kept.{name}.{scenario}"),
            kind="sequence",
            steps=(write, msgspec.structs.replace(after, twist=told)),
            origin=f"derived: {base.id} with {scenario} at body/{name}, and read back",
        )


def _read(base: Case, known: Operation, world: World) -> Step | None:
    """The read of what a POST creates, or of the path that a PUT or PATCH writes to."""
    if known.method == "POST":
        item = item_of(base, known, world)
        return reading(base, item, world, "read back") if item is not None else None
    shown = world.operations.get(f"GET {known.path}")
    if shown is None:
        return None
    own = base.steps[0]
    request = msgspec.structs.replace(
        own.request, json=msgspec.UNSET, form=None, body=None, query={}, headers={}
    )
    return msgspec.structs.replace(
        own, operation=shown.key, label="read back", status=(), request=request
    )


def _chosen(read: Step, own: Step, name: str, value: Any) -> Step:
    """The read, which follows where the changed property is itself what names the thing."""
    if name not in read.request.path or name in own.request.path:
        return read
    if is_reference(read.request.path[name]):
        return read
    path = {**read.request.path, name: value}
    return msgspec.structs.replace(read, request=msgspec.structs.replace(read.request, path=path))


def _values(body: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Scenario, property and value, first one of each property."""
    found: list[list[tuple[str, str, Any]]] = []
    for name, value in body.items():
        if SECRET_COLUMN.search(name) or isinstance(value, bool):
            continue
        hard: tuple[tuple[str, Any], ...] = ()
        if isinstance(value, str):
            hard = (("zone", _MOMENT),) if _is_moment(value) else _TEXTS
        elif isinstance(value, int):
            hard = _NUMBERS
        found.append([(scenario, name, one) for scenario, one in hard])
    for place in range(max(map(len, found), default=0)):
        yield from (values[place] for values in found if place < len(values))


def _is_moment(text: str) -> bool:
    try:
        return len(text) > 10 and datetime.fromisoformat(text) is not None
    except ValueError:
        return False
