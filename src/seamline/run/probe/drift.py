"""Values that the document allows and the catalog does not, one at a time in an accepted request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.checks.contract_drift import CHECK, scenario, where
from seamline.model.case import Case, RequestTemplate, Step, Twist
from seamline.openapi.drift import Drift
from seamline.openapi.operation import Operation
from seamline.run.probe.item import CREATED, item_of
from seamline.run.probe.life import reading
from seamline.run.probe.world import World, name_of
from seamline.spec.reference import is_reference

_MOST = 24
"""Cases of one operation, in the order of document and rules."""
_NOTHING = object()


def drift(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """A case for each contradiction that the accepted request has a place for."""
    context = world.contexts.get(known.key)
    if context is None or CHECK not in context.validations:
        return
    made = 0
    for found in context.drifts:
        case = _case(base, known, world, found) if made < _MOST else None
        if case is not None:
            made += 1
            yield case


def _case(base: Case, known: Operation, world: World, found: Drift) -> Case | None:
    own = base.steps[-1]
    request = _request(own.request, found) if found.is_triable else None
    if request is None:
        return None
    twist = Twist(
        scenario=scenario(found),
        what=f"what the document {found.says}",
        where=where(found),
        valid=True,
    )
    step = msgspec.structs.replace(own, request=request, status=(), twist=twist)
    steps: tuple[Step, ...] = (*base.steps[:-1], step)
    if found.rule == "unique":
        first = msgspec.structs.replace(own, request=request, label="first")
        steps = (*base.steps[:-1], first, step)
    elif found.rule == "nullAnswer":
        item = item_of(base, known, world)
        if item is not None:
            read = msgspec.structs.replace(reading(base, item, world, "read"), twist=twist)
            steps = (*steps[:-1], msgspec.structs.replace(step, label=CREATED), read)
    return msgspec.structs.replace(
        base,
        id=name_of(known, f"drift.{found.rule}.{_slug(found)}"),
        kind="sequence" if len(steps) > 1 else "boundary",
        steps=steps,
        validations=frozenset({CHECK, "responseSchema"} if found.rule == "nullAnswer" else {CHECK}),
        origin=f"derived: {base.id} with what the document {found.says} at {where(found)}:"
        f" {found.place} {found.holds}",
    )


def _slug(found: Drift) -> str:
    return (
        found.spot.replace("/", ".") if found.within == "body" else f"{found.within}.{found.name}"
    )


def _request(request: RequestTemplate, found: Drift) -> RequestTemplate | None:
    """The request that tries a contradiction; None where it has no place for it."""
    if found.within == "path":
        path = {**request.path, found.name: found.value}
        return msgspec.structs.replace(request, path=path) if found.name in request.path else None
    if found.within == "query":
        return msgspec.structs.replace(request, query={**request.query, found.name: found.value})
    body = _body(request.json, found)
    return None if body is _NOTHING else msgspec.structs.replace(request, json=body)


def _body(body: Any, found: Drift) -> Any:
    """The body that tries a contradiction; `_NOTHING` where it has no place for it, or did so already."""
    if found.path:
        return _deeper(body, found.path, found)
    carried = body[0] if isinstance(body, list) and body else body
    match found.rule:
        case "unique":  # the same request again there is already, unless it leaves the key empty
            is_open = isinstance(carried, dict) and found.name not in carried
            wanted = is_open and found.value is not msgspec.UNSET
            return _changed(body, found.name, found.value) if wanted else _NOTHING
        case "default" | "nullAnswer" if isinstance(carried, dict) and found.name not in carried:
            return body
    return _changed(body, found.name, found.value)


def _deeper(body: Any, path: tuple[str | int, ...], found: Drift) -> Any:
    """The body with another value further inside; `_NOTHING` where the request does not go there."""
    if not path:
        return _changed(body, found.name, found.value) if isinstance(body, dict) else _NOTHING
    step, *rest = path
    if isinstance(step, int):
        has = isinstance(body, list) and len(body) > step
    else:
        has = isinstance(body, dict) and step in body and not is_reference(body)
    inner = _deeper(body[step], tuple(rest), found) if has else _NOTHING
    if inner is _NOTHING:
        return _NOTHING
    return [inner, *body[1:]] if isinstance(body, list) else {**body, step: inner}


def _changed(body: Any, name: str, value: Any) -> Any:
    """The body with another value of a property (UNSET: without it); `_NOTHING` where it has no place."""
    if isinstance(body, list) and body:
        first = _changed(body[0], name, value)
        return first if first is _NOTHING else [first, *body[1:]]
    if not isinstance(body, dict) or is_reference(body):
        return _NOTHING
    if value is msgspec.UNSET and name not in body:
        return _NOTHING
    rest = {n: v for n, v in body.items() if n != name}
    return rest if value is msgspec.UNSET else {**body, name: value}
