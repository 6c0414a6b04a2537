"""Which of the changed rows an answer speaks of, where one table holds things of many kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seamline.checks.context import Context
from seamline.checks.sameness import same
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.text.pointer import ABSENT, at_pointer

_CLOCKS = ("timestamp", "time", "date")


def answered_rows(x: Exchange, context: Context, changes: Iterable[RowChange]) -> list[RowChange]:
    """Those whose mapped columns all hold what was answered; none where nothing is mapped."""
    return [c for c in changes if _agrees(x, context, c)]


def _agrees(x: Exchange, context: Context, change: RowChange) -> bool:
    table, row = context.table(change.table), change.after or {}
    if table is None or x.response is None:
        return False
    pairs = [
        (at_pointer(x.response.json, pointer), row[place.column], table.by_column[place.column])
        for pointer, place in context.columns.items()
        if place.table == change.table and place.column in row and place.column in table.by_column
    ]
    told = [(answered, stored, c) for answered, stored, c in pairs if answered is not ABSENT]
    return bool(told) and all(same(a, s, c) is True for a, s, c in told)


def is_another_thing(row: RowChange, other: RowChange, context: Context) -> bool:
    """Whether two new rows of a table differ in most of what they say: no repetition of one another.

    Keys, times and what is null in both say nothing: copies differ in those, too.
    """
    table = context.table(row.table)
    mine, theirs = row.after or {}, other.after or {}
    if table is None:
        return False
    own_key = set(table.primary_key) if len(table.primary_key) == 1 else set()
    told = [
        c.name
        for c in table.columns
        if c.name not in own_key
        and not c.base.startswith(_CLOCKS)
        and _told(mine, c.name) | _told(theirs, c.name)
    ]
    differing = [c for c in told if mine.get(c) != theirs.get(c)]
    return len(told) > 1 and len(differing) * 2 > len(told)


def _told(row: Mapping[str, object], column: str) -> bool:
    return row.get(column) is not None
