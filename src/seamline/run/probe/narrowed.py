"""A list as a whole, then filtered by values that stand in it, and in the orders that it offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.checks.filter_obeys import FILTER
from seamline.checks.sort_obeys import SORT
from seamline.model.case import Case, Step, Twist
from seamline.openapi.narrowing import filters, orders
from seamline.openapi.operation import Operation
from seamline.openapi.paging import paging_of
from seamline.openapi.plain import answered, list_of, plain, properties
from seamline.run.probe.pages import everything
from seamline.run.probe.world import World, name_of
from seamline.text.pointer import escape

_MOST_ORDERS, _MOST_FILTERS = 3, 4


def narrowed(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """The whole list, and a step for each filter and order whose meaning its name tells."""
    if known.method != "GET" or world.document is None:
        return
    found = list_of(world.document, answered(known, world.document))
    if found is None:
        return
    document = world.document
    pointer, item = found
    columns = {n: plain(document, s) for n, s in properties(item).items()}
    step = base.steps[0]
    request = everything(step.request, known, paging_of(known))
    whole = msgspec.structs.replace(step, request=request, label="whole")
    steps = [
        _step(whole, o.query, SORT, " and ".join(o.query))
        for o in list(orders(known, columns))[:_MOST_ORDERS]
    ]
    for wanted in list(filters(known, columns))[:_MOST_FILTERS]:
        value = {"$from": f"whole{pointer.rstrip('/')}/0/{escape(wanted.item)}"}
        if wanted.parameter not in request.query:
            steps.append(_step(whole, {wanted.parameter: value}, FILTER, wanted.parameter))
    if not steps:
        return
    yield msgspec.structs.replace(
        base,
        id=name_of(known, "narrowed"),
        kind="sequence",
        steps=(whole, *steps),
        origin=f"derived: {base.id} as a whole, then filtered and sorted",
    )


def _step(whole: Step, query: Mapping[str, Any], scenario: str, where: str) -> Step:
    request = msgspec.structs.replace(whole.request, query={**whole.request.query, **query})
    what = "a value of the list" if scenario == FILTER else "an order"
    return msgspec.structs.replace(
        whole,
        request=request,
        label=f"{scenario} {where}",
        status=(),
        twist=Twist(scenario=scenario, what=what, where=f"query {where}"),
    )
