"""A PATCH that asks for what the row holds already: nothing else of the row may change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.checks import Context
from seamline.checks.likeness import column_named
from seamline.model.case import Case
from seamline.model.catalog import Column
from seamline.openapi.operation import Operation
from seamline.run.probe.world import World, alone, behind
from seamline.spec.reference import Reference, is_reference, parse
from seamline.text.redact import SECRET_COLUMN

_WHOLE = frozenset({"smallint", "integer", "bigint", "int2", "int4", "int8"})
_TEXT = frozenset({"text", "character varying", "varchar"})


def unchanged(base: Case, known: Operation, world: World) -> Iterator[Case]:
    """One property with the value that the named row holds, where the seed has that row.

    Elsewhere one property of the base's request behind the whole of it.
    """
    body = base.steps[0].request.json
    inside = body["data"] if isinstance(body, dict) and body.keys() == {"data"} else body
    if known.method != "PATCH" or not isinstance(inside, dict) or is_reference(inside):
        return
    context = world.contexts.get(known.key)
    row = _row(base, known, context)
    if row is not None and context is not None:
        for name, value in inside.items():
            column = _column(context, name, value)
            if column is None:
                continue
            held = {"table": row.table, "column": column.name, "index": row.index}
            same = {"$row": {**held, "where": row.where}}
            case = alone(
                base,
                known,
                slug="unchanged",
                what="the value that the row holds",
                where=f"body/{name}",
                kind="boundary",
            )
            yield _asking(case, body, {name: same})
            return
    names = [n for n, v in inside.items() if isinstance(v, str | int | float)]
    if len(inside) > 1 and names:
        case = behind(
            base, known, slug="part", what=f"only {names[0]} again", where=f"body/{names[0]}"
        )
        yield _asking(case, body, {names[0]: inside[names[0]]})


def _asking(case: Case, body: dict[str, Any], only: dict[str, Any]) -> Case:
    """The case whose last step asks for these properties alone."""
    wrapped = {"data": only} if body.keys() == {"data"} else only
    last = case.steps[-1]
    request = msgspec.structs.replace(last.request, json=wrapped)
    changed = msgspec.structs.replace(last, request=request)
    return msgspec.structs.replace(case, steps=(*case.steps[:-1], changed))


def _row(base: Case, known: Operation, context: Context | None) -> Reference | None:
    """The seeded row of the resource that the path names last."""
    names = [s[1:-1] for s in known.path.split("/") if s.startswith("{") and s.endswith("}")]
    value = base.steps[0].request.path.get(names[-1]) if names else None
    if context is None or context.resource is None or not isinstance(value, dict):
        return None
    reference = parse(value) if is_reference(value) else Reference(kind="join")
    named = reference.kind == "row" and reference.table == context.resource
    return reference if named else None


def _column(context: Context, name: str, value: Any) -> Column | None:
    """The column that a property is, where what the column holds can be sent as it is."""
    table = context.table(context.resource)
    column = column_named(table, name) if table is not None else None
    if column is None or SECRET_COLUMN.search(column.name) or column.enum:
        return None
    text = isinstance(value, str) and column.base in _TEXT
    whole = isinstance(value, int) and not isinstance(value, bool) and column.base in _WHOLE
    return column if (text or whole) and not column.nullable else None
