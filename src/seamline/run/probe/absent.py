"""The accepted request, but for a thing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.checks.absent_is404 import ABSENT
from seamline.model.case import Case
from seamline.model.catalog import Column
from seamline.openapi.operation import Operation, Parameter
from seamline.run.probe.world import World, alone, name_of
from seamline.spec.reference import is_reference

_LARGEST = 2**31 - 1
_INTEGERS = frozenset({"integer", "bigint", "int4", "int8"})
_TEXTS = frozenset({"text", "character varying", "varchar", "citext"})
_UUID = "5ea31170-0404-4404-8404-404404404404"
_IS_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAMES = re.compile(
    r"(?:^|_)(?:id|uuid|guid|key|slug|code|sku|number)$|(?<=[a-z])(?:Id|ID|Uuid|Key|Code)$"
)


def absent(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """The last path parameter names a row: one that no row has stands in its place."""
    names = re.findall(r"\{([^{}/]+)\}", known.path)
    step = base.steps[0]
    if not names or names[-1] not in step.request.path:
        return
    name = names[-1]
    used = step.request.path[name]
    parameter = next((p for p in known.parameters if p.place == "path" and p.name == name), None)
    context = world.contexts.get(known.key)
    of_row = is_reference(used) or (
        context is not None and context.resource is not None and _NAMES.search(name) is not None
    )
    value = _absent(used, parameter, world) if of_row else None
    if value is None:
        return
    case = alone(
        base,
        known,
        slug=ABSENT,
        what="what no row has",
        where=f"path {name}",
        kind="negative",
    )
    request = msgspec.structs.replace(step.request, path={**step.request.path, name: value})
    changed = msgspec.structs.replace(case.steps[0], request=request)
    yield msgspec.structs.replace(case, id=name_of(known, ABSENT), steps=(changed,))


def _absent(used: Any, parameter: Parameter | None, world: World) -> Any:
    """A value of the same shape that no row has; None where none can be told."""
    schema = (
        parameter.schema if parameter is not None and isinstance(parameter.schema, dict) else {}
    )
    if "enum" in schema or "const" in schema:
        return None
    if schema.get("type") == "integer" or _is_number(used):
        most = schema.get("maximum", _LARGEST)
        return min(most, _LARGEST) if isinstance(most, int) and most > 1_000_000 else None
    if schema.get("format") == "uuid" or (isinstance(used, str) and _IS_UUID.fullmatch(used)):
        return _UUID
    if schema.get("format") or schema.get("type", "string") != "string":
        return None
    if isinstance(used, str) and used:
        return str(_LARGEST) if used.isdigit() else used[:-1] + _next(used[-1]) * 2
    column = _column(used, world) if is_reference(used) else None
    if column is None:
        return None
    if column.base in _INTEGERS:
        return _LARGEST
    if column.base in _TEXTS:
        return {"$join": [used, "0", "4"]}
    return _UUID if column.base == "uuid" else None


def _is_number(used: Any) -> bool:
    return isinstance(used, int) and not isinstance(used, bool)


def _column(used: dict[str, Any], world: World) -> Column | None:
    """The column that a reference to a row is to."""
    inside = used.get("$row")
    if isinstance(inside, dict):
        table, column = inside.get("table"), inside.get("column")
    else:
        table, column = str(inside).partition("[")[0], str(inside).rpartition(".")[2]
    found = world.catalog.by_name.get(str(table)) if world.catalog is not None else None
    return found.by_column.get(str(column)) if found is not None else None


def _next(char: str) -> str:
    """Another character of the same kind."""
    if char in "9zZ":
        return {"9": "0", "z": "a", "Z": "A"}[char]
    return chr(ord(char) + 1) if char.isascii() and char.isalnum() else "x"
