"""Fields that no caller may set: the row shows whether one was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seamline.checks.answered_row import answered_rows
from seamline.checks.context import Context
from seamline.checks.likeness import column_named
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.checks.status_as_expected import name_of
from seamline.model.catalog import Column
from seamline.model.exchange import Exchange
from seamline.model.row import Row, RowChange
from seamline.model.vocabulary import Severity

_LESSER = re.compile(
    r"^(id|uuid|guid|pk)$|^(created|updated|modified|inserted)(_?(at|on|time|date))?$",
    re.IGNORECASE,
)
"""Columns whose setting betrays carelessness rather than does harm."""


def _applies(x: Exchange, context: Context) -> bool:
    return x.twist is not None and x.twist.scenario == "massAssignment"


@check(source="OWASP API3:2023; the document's request schema", applies=_applies)
def mass_assignment(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A property that the document does not let callers send reaches no column of the row."""
    assert x.twist is not None
    name = x.twist.where.rpartition("/")[2]
    column = property_column(name, context)
    sent = x.request.json.get(name) if isinstance(x.request.json, dict) else None
    if x.changes is None or column is None or sent is None:
        yield Abstain("rows are not captured" if x.changes is None else "no column of that name")
        return
    if x.status == 409 and x.earlier:
        yield Abstain("a second one like the first is refused")
        return
    taken = [c for c in _rows(x, context) if same(sent, (c.after or {}).get(column.name), column)]
    if not x.succeeded or not taken:
        return
    if all(c.op == "insert" for c in taken):
        usual = _usual(x, context, column)
        if usual is None and (column.enum or column.base == "boolean" or isinstance(sent, str)):
            yield Abstain(f"it is not known what {column.name} holds when nobody sends it")
            return
        if usual is not None and same(sent, usual[0], column):
            return
    yield Fault(
        title=f"{name}, which the document does not let callers send, was stored",
        expected=f"{name} refused or ignored: {context.resource}.{column.name} is the system's to set",
        actual=f"{name_of(x.status)}; {context.resource}.{column.name} holds what was sent",
        detail=column.name,
        severity=_severity(column, context),
    )


def property_column(name: str, context: Context) -> Column | None:
    """The column of the resource that a property of a request would set."""
    table = context.table(context.resource)
    if table is None:
        return None
    place = context.columns.get(f"#/{name}")
    if place is not None and place.table == table.name:
        return table.by_column.get(place.column)
    return column_named(table, name)


def _rows(x: Exchange, context: Context) -> list[RowChange]:
    """Rows of the resource that hold something new: of an update those whose value was another one."""
    changes = [c for c in x.changes or () if c.table == context.resource and c.after is not None]
    name = (x.twist.where if x.twist is not None else "").rpartition("/")[2]
    column = property_column(name, context)
    updated = [c for c in changes if c.op == "update" and column and column.name in c.columns]
    return [c for c in changes if c.op == "insert"] + updated


def _usual(x: Exchange, context: Context, column: Column) -> tuple[Any] | None:
    """What the same request without the property left in the column."""
    rows: list[Row] = []
    for before in x.earlier:
        changes = [
            c for c in before.changes or () if c.table == context.resource and c.op == "insert"
        ]
        rows += [c.after for c in answered_rows(before, context, changes) or changes if c.after]
    return (rows[-1].get(column.name),) if rows else None


def _severity(column: Column, context: Context) -> Severity:
    table = context.table(context.resource)
    is_key = table is not None and column.name in table.primary_key
    return "warning" if is_key or _LESSER.match(column.name) else "error"
