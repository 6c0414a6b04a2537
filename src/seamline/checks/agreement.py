"""Whether the row that a request wrote says what was answered, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from seamline.checks.context import Context, Place
from seamline.checks.likeness import column_named, inner, may_be_mapped
from seamline.checks.registry import Fault
from seamline.checks.sameness import STAMPS, same
from seamline.model.catalog import Column
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import RowChange
from seamline.text.pointer import ABSENT, at_pointer
from seamline.text.redact import HIDDEN, SECRET_COLUMN

_TWO_CLOCKS = timedelta(seconds=5)
"""So far apart the clocks of a system and of its database may be, and their readings of one request."""


def mapped(x: Exchange, context: Context, written: Sequence[RowChange]) -> Iterator[Fault]:
    """Columns of the written rows that differ from what the answer shows of them.

    `written` are rows of the resource, all of one operation; a mapping to another table is held
    against its only row that the request wrote in the same way.
    """
    assert x.response is not None and x.changes is not None
    if x.response.json is NOT_JSON or not written:
        return
    for pointer, place in context.columns.items():
        rows = [c for c in x.changes if c.table == place.table and c.op == written[0].op]
        rows = list(written) if place.table == context.resource else rows
        column = _column(context, place)
        answered = at_pointer(x.response.json, pointer)
        if len(rows) != 1 or column is None or answered is ABSENT:
            continue
        stored = (rows[0].after or {}).get(place.column, ABSENT)
        if stored is ABSENT or same(answered, stored, column) is not False:
            continue
        if not _is_now(answered, stored, context, place, column):
            yield Fault(
                title=f"{place.table}.{place.column} is not what {pointer} answered",
                expected=f"{place.table}.{place.column} = {show(answered, column)}, as answered",
                actual=f"the row holds {show(stored, column)}",
                detail=f"{place.table}.{place.column}",
            )


def _is_now(answered: Any, stored: Any, context: Context, place: Place, column: Column) -> bool:
    """Whether two clocks were read: a time that each run makes anew, told and kept a moment apart."""
    if column.base not in STAMPS or (place.table, place.column) not in context.noise.columns:
        return False
    try:
        left, right = datetime.fromisoformat(answered), datetime.fromisoformat(stored)
        return abs(left - right) <= _TWO_CLOCKS
    except (TypeError, ValueError):
        return False


def repeated(x: Exchange, context: Context, change: RowChange) -> Iterator[Fault]:
    """Request properties named like a column, where the answer repeats what was asked.

    A system may normalise what it is given (trim, lower-case); then answer and row agree with each
    other and not with the request, which is its right. Answer = request and row differs is a fault.
    """
    assert x.response is not None
    table = context.table(change.table)
    asked, answered = inner(x.request.json), inner(x.response.json)
    if table is None or asked is None or answered is None:
        return
    known = {p.column for p in context.columns.values() if p.table == change.table}
    for name, value in asked.items():
        column = column_named(table, name)
        if column is None or column.name in known or not is_scalar(value):
            continue
        stored = (change.after or {}).get(column.name, ABSENT)
        if (
            SECRET_COLUMN.search(column.name)
            or stored is ABSENT
            or not echoes(answered, name, value)
        ):
            continue
        if same(value, stored, column) is False and not may_be_mapped(value, stored, column):
            yield Fault(
                title=f"{change.table}.{column.name} is not what was asked and answered",
                expected=f"{change.table}.{column.name} = {show(value, column)}",
                actual=f"the row holds {show(stored, column)}",
                detail=f"{change.table}.{column.name}",
                severity="warning",
            )


def asked_columns(
    x: Exchange, context: Context, change: RowChange
) -> list[tuple[Any, Any, Column]]:
    """What was asked, what the row now holds, and the column, for each property named like one."""
    table, asked = context.table(change.table), inner(x.request.json)
    if table is None or asked is None:
        return []
    pairs = ((v, column_named(table, n)) for n, v in asked.items() if is_scalar(v))
    row = change.after or {}
    return [(v, row[c.name], c) for v, c in pairs if c is not None and c.name in row]


def echoes(answered: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether an answer repeats a property of the request as it was sent."""
    echoed = answered.get(name, ABSENT)
    return bool(echoed == value) and isinstance(echoed, bool) == isinstance(value, bool)


def is_scalar(value: Any) -> bool:
    """Whether a value can stand in one column as it is."""
    return isinstance(value, str | int | float | bool)


def show(value: Any, column: Column | None) -> str:
    """A value fit for a finding: short, and hidden where its column is a secret."""
    if value is not None and column is not None and SECRET_COLUMN.search(column.name):
        return HIDDEN
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}… ({len(text)} characters)"


def _column(context: Context, place: Place) -> Column | None:
    table = context.table(place.table)
    return table.by_column.get(place.column) if table is not None else None
