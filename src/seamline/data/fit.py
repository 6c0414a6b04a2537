"""Does a check fit the columns that it names? What cannot be evaluated is told before it is tried."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from seamline.data.dialect import NUMBERS, TEXTS
from seamline.model.catalog import Column, Table
from seamline.spec import data_check as written

_MOMENTS = frozenset(("date", "timestamp without time zone", "timestamp with time zone"))
_JSON = frozenset(("json", "jsonb"))
_FAMILIES = (
    (NUMBERS, "numbers"),
    (TEXTS, "text"),
    (_MOMENTS, "dates"),
    (_JSON, "JSON"),
    (frozenset(("boolean",)), "true or false"),
    (frozenset(("uuid",)), "UUIDs"),
)

Fault = tuple[str, str]
"""The key of the check that is wrong, and what is wrong with it."""


def family(column: Column) -> str:
    """What kind of values a column holds, in words; empty for types that are not known here."""
    return next((words for bases, words in _FAMILIES if column.base in bases), "")


def unfit(check: written.Check, table: Table, target: Table | None) -> Iterator[Fault]:
    """Why the check cannot be evaluated on columns of these types; its columns are there."""
    of = table.by_column
    match check:
        case written.Range() | written.Quantile():
            yield from _bounds(check, of[check.column])
        case written.Mean() | written.Freshness() | written.Length() | written.Matches():
            wanted = _wanted(check, of[check.column])
            if wanted:
                yield "column", f"{_is(of[check.column])}: {wanted}"
        case written.OneOf() if family(of[check.column]) == "numbers":
            for value in check.values:
                if value is not None and not _is_number(value):
                    yield "values", f"{_is(of[check.column])}, {value!r} is no number"
        case written.Unique():
            for name in check.columns:
                if of[name].base == "json":
                    yield "columns", f"{_is(of[name])}: such values are never equal; use jsonb"
        case written.Ordered():
            pairs = zip(check.columns, check.columns[1:], strict=False)
            yield from _comparable("columns", [(of[a], of[b]) for a, b in pairs])
        case written.References() if target is not None and len(check.to) == len(check.columns):
            pairs = zip(check.columns, check.to, strict=True)
            yield from _comparable("to", [(of[a], target.by_column[b]) for a, b in pairs])


def _wanted(check: written.Check, column: Column) -> str:
    """What the check needs and the column is not; empty where it may do."""
    kind = family(column)
    match check:
        case written.Mean() if kind not in ("numbers", ""):
            return "a mean needs numbers"
        case written.Freshness() if column.base not in _MOMENTS:
            return "freshness needs a date or a timestamp"
        case written.Length() if kind not in ("text", ""):
            return "only text has a length in characters"
        case written.Matches() if kind == "JSON":
            return (
                "a pattern needs text; write a 'constraint' of the value in it: doc->>'name' ~ '…'"
            )
    return ""


def _is(column: Column) -> str:
    return f"{column.name!r} is {column.type}"


def _bounds(check: written.Range | written.Quantile, column: Column) -> Iterator[Fault]:
    kind = family(column)
    if kind == "JSON":
        yield "column", f"{_is(column)}: such values have no order"
        return
    for key, bound in (("min", check.min), ("max", check.max)):
        if bound is None:
            continue
        if kind == "numbers" and not _is_number(bound):
            yield key, f"{_is(column)}, {bound!r} is no number"
        elif kind not in ("numbers", "") and not isinstance(bound, str):
            yield key, f"{_is(column)}: write its bound in quotes, as the database reads it"


def _is_number(value: Any) -> bool:
    try:
        Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _comparable(key: str, pairs: list[tuple[Column, Column]]) -> Iterator[Fault]:
    for one, other in pairs:
        kinds = family(one), family(other)
        if "" not in kinds and kinds[0] != kinds[1]:
            yield key, f"{_is(one)}, {_is(other)}: they cannot be compared"
