"""A list as a whole, once more, and in small pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.checks.pagination_stable import AGAIN, PAGE
from seamline.model.case import Case, RequestTemplate, Step, Twist
from seamline.openapi.operation import Operation
from seamline.openapi.paging import Paging, is_of_paging, next_cursor, paging_of
from seamline.openapi.plain import answered, plain, properties
from seamline.run.probe.world import World, name_of

_PAGES = 6
"""Enough to see two neighbours differ, and few enough to ask every list for them."""
_SIZE = 2


def pages(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """The list as large as the document allows, twice, then its first pages."""
    paging = paging_of(known) if known.method == "GET" else None
    if paging is None:
        return
    turns = list(_turns(known, paging, world))
    if not turns:
        return
    step = base.steps[0]
    whole = everything(step.request, known, paging)
    steps = [
        msgspec.structs.replace(step, request=whole, label="whole"),
        _step(step, whole, "again", AGAIN, f"query {paging.size}", "the whole list again"),
    ]
    size = max(_SIZE, paging.least)
    for number, turn in enumerate(turns):
        query = {**whole.query, paging.size: size, **turn}
        request = msgspec.structs.replace(whole, query=query)
        steps.append(
            _step(step, request, f"page{number}", PAGE, f"query {paging.turn}", "a small page")
        )
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "pages"),
        kind="sequence",
        steps=tuple(steps),
        origin=f"derived: {base.id} as a whole and in pages",
    )


def everything(
    request: RequestTemplate, known: Operation, paging: Paging | None
) -> RequestTemplate:
    """The request for as much of the list as one answer may hold, without what narrows it."""
    needed = {p.name for p in known.parameters if p.place == "query" and p.required}
    query = {n: v for n, v in request.query.items() if n in needed and not is_of_paging(n)}
    if paging is not None:
        query[paging.size] = paging.most
    return msgspec.structs.replace(request, query=query)


def _turns(known: Operation, paging: Paging, world: World) -> Iterator[dict[str, Any]]:
    """What each page's request says beside its size."""
    size = max(_SIZE, paging.least)
    if paging.kind != "cursor":
        for number in range(_PAGES):
            yield {paging.turn: paging.first + number if paging.kind == "page" else number * size}
        return
    if world.document is None:
        return
    name = next_cursor(properties(plain(world.document, answered(known, world.document))))
    if name is None:
        return
    yield {}
    for number in range(1, _PAGES):
        yield {paging.turn: {"$from": f"page{number - 1}#/{name}"}}


def _step(
    step: Step, request: RequestTemplate, label: str, scenario: str, where: str, what: str
) -> Step:
    twist = Twist(scenario=scenario, what=what, where=where)
    return msgspec.structs.replace(step, request=request, label=label, status=(), twist=twist)
