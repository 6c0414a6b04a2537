"""The accepted request with the body that the document itself gives as an example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.checks.valid_input_accepted import EXAMPLE
from seamline.model.case import Case
from seamline.openapi.operation import Body, Operation
from seamline.openapi.plain import plain
from seamline.run.probe.world import World, alone, name_of


def example(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """Only where the base has a JSON body, and another one than the example."""
    template = base.steps[0].request
    bodies = [b for n, b in known.bodies.items() if "json" in n]
    if template.json is msgspec.UNSET or len(bodies) != 1 or world.document is None:
        return
    found = _of(bodies[0], world)
    if found is msgspec.UNSET or found == template.json:
        return
    case = alone(
        base,
        known,
        slug=EXAMPLE,
        what="the document's example",
        where="body",
        kind="boundary",
        valid=True,
    )
    request = msgspec.structs.replace(template, json=found)
    step = msgspec.structs.replace(case.steps[0], request=request)
    yield msgspec.structs.replace(case, id=name_of(known, "example"), steps=(step,))


def _of(body: Body, world: World) -> Any:
    """The example of the body, or else of its schema; UNSET where there is none that fits."""
    if body.example is not msgspec.UNSET:
        return body.example
    assert world.document is not None
    schema = plain(world.document, body.schema)
    examples = schema.get("examples")
    if isinstance(examples, list) and examples:
        return examples[0]
    return schema.get("example", msgspec.UNSET)
