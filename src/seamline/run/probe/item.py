"""What a create makes, as later requests name it: its path, and where the answer says which it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from seamline.checks.named_row import columns_for
from seamline.model.case import Case, Step
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World
from seamline.spec.reference import is_reference

CREATED = "created"
"""The label of the step that creates."""
_ITEM = re.compile(r"(?P<collection>.+)/\{(?P<name>[^{}/]+)\}")


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One of a collection: by method the operation on it, the parameter that names it, and its value.

    `value` is a reference into the answer of the step `created`, or what the request itself chose.
    """

    operations: Mapping[str, str]
    parameter: str
    value: Any


def item_of(base: Case, known: Operation, world: World) -> Item | None:
    """How what a POST creates is read later; None where that is not plain."""
    if known.method != "POST":
        return None
    found: dict[str, dict[str, str]] = {}
    for key, operation in world.operations.items():
        fits = _ITEM.fullmatch(operation.path.rstrip("/"))
        if fits is not None and fits["collection"].rstrip("/") == known.path.rstrip("/"):
            found.setdefault(fits["name"], {})[operation.method] = key
    read = [name for name, operations in found.items() if "GET" in operations]
    if len(read) != 1:
        return None
    value = _value(base, known, read[0], world)
    if value is None:
        return None
    return Item(operations=found[read[0]], parameter=read[0], value=value)


def _value(base: Case, known: Operation, name: str, world: World) -> Any:
    """Where a path parameter gets its value: a mapped column, a required property, or the request."""
    context = world.contexts.get(known.key)
    if context is None:
        return None
    columns = columns_for(name, context.table(context.resource))
    for pointer, place in context.columns.items():
        if place.table == context.resource and place.column in columns:
            return {"$from": f"{CREATED}{pointer}"}
    sent = base.steps[0].request.json
    if isinstance(sent, dict) and not is_reference(sent.get(name)):
        chosen = sent.get(name)
        if isinstance(chosen, str | int) and not isinstance(chosen, bool):
            return chosen
    answer = known.answer_for(min(base.steps[0].status, default=201))
    schemas = [p for m, p in answer.media.items() if "json" in m and p] if answer else []
    if context.schemas is None or len(schemas) != 1:
        return None
    for candidate in (name, "id"):
        if (candidate == name or name.lower().endswith("id")) and context.schemas.requires(
            schemas[0], candidate
        ):
            return {"$from": f"{CREATED}#/{candidate}"}
    return None


def on_item(template: Step, item: Item, base: Case, *, label: str, identity: str = "") -> Step:
    """A step on what was created, made of another one of its operation.

    The rest of the path is the create's.
    """
    path = {**template.request.path, **base.steps[0].request.path, item.parameter: item.value}
    return msgspec.structs.replace(
        template,
        identity=identity or template.identity,
        label=label,
        status=(),
        twist=None,
        request=msgspec.structs.replace(template.request, path=path),
    )
