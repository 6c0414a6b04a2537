"""What was created is what was asked for and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seamline.checks.answered_row import answered_rows, is_another_thing
from seamline.checks.context import Context, Place
from seamline.checks.likeness import column_named, inner, may_be_mapped
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.model.catalog import Column
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import RowChange
from seamline.text.pointer import ABSENT, at_pointer
from seamline.text.redact import HIDDEN, SECRET_COLUMN

_BULK = "a request that creates several resources at once"
_TELLING = 8
"""Characters of a key that stands in no unrelated row by chance."""


def _applies(x: Exchange, context: Context) -> bool:
    creates = x.status == 201 or "insert" in context.effects.get(context.resource or "", ())
    return x.request.method in ("POST", "PUT") and x.succeeded and creates


@check(source="the row that the database committed", applies=_applies)
def created_row_matches(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A created resource is one row, whose columns equal the request and the answer."""
    if x.changes is None:
        yield Abstain("rows are not captured")
        return
    if context.resource is None:
        yield Abstain("no table is known for this resource: give `columns` or `effects`")
        return
    inserted = [c for c in x.changes if c.table == context.resource and c.op == "insert"]
    inserted = [] if _replaced(x, context, inserted) else _without_others(x, context, inserted)
    why = _several(x, inserted) if inserted else _none(x, context)
    if why:
        yield Abstain(why)
        return
    if len(inserted) != 1 and not _is_upsert(inserted, context):
        yield Fault(
            title=f"{x.status} answer, {len(inserted)} rows inserted into {context.resource}",
            expected=f"one row inserted into {context.resource}",
            actual=f"{len(inserted)} rows",
            detail=context.resource,
        )
        return
    yield from _mapped(x, context, inserted)
    if len(inserted) == 1:
        yield from _by_name(x, context, inserted[0])


def _replaced(x: Exchange, context: Context, inserted: list[RowChange]) -> bool:
    """Whether the answer speaks of a row that was updated, and the new ones are other things beside it."""
    updated = [c for c in x.changes or () if c.table == context.resource and c.op == "update"]
    return (
        x.status != 201
        and bool(answered_rows(x, context, updated))
        and not answered_rows(x, context, inserted)
    )


def _is_upsert(inserted: list[RowChange], context: Context) -> bool:
    """An upsert that changed an existing row inserts none; only a person can say that it may."""
    return not inserted and "update" in context.effects.get(context.resource or "", ())


def _none(x: Exchange, context: Context) -> str:
    """Why it may be right that no row was inserted."""
    if isinstance(x.request.json, list):
        return _BULK
    if x.status == 202:
        return "202: what was accepted may be created later"
    if context.effects and "insert" not in context.effects.get(context.resource or "", ()):
        return f"`effects` names no row inserted into {context.resource}"
    if x.request.method == "PUT" and x.status != 201:
        return "a PUT that did not answer 201 replaces what exists"
    sent_key = any(name.lower() == "idempotency-key" for name, _ in x.request.headers)
    if x.kind == "sequence" and (x.status != 201 or sent_key):
        return "an answer for what an earlier step has created, perhaps"
    table = _elsewhere(x, context)
    if table:
        return f"the row seems to be in {table}, not {context.resource}: name it in `effects`"
    return ""


def _elsewhere(x: Exchange, context: Context) -> str:
    """Where only the path's name speaks for `resource`: another table that plainly holds the created row.

    Its key stands in the answer and is no small number, or it holds what was asked, column by column.
    """
    if context.effects or context.columns:
        return ""
    values = _answered(x)
    for change in x.changes or ():
        if change.op != "insert" or change.table == context.resource:
            continue
        key = {str(v) for v in change.key.values()}
        by_key = bool(key) and key <= values and max(map(len, key)) >= _TELLING
        asked = _asked(x, context, change)
        if by_key or (asked and all(same(v, s, c) is True for v, s, c in asked)):
            return change.table
    return ""


def _without_others(x: Exchange, context: Context, inserted: list[RowChange]) -> list[RowChange]:
    """The one row that the answer names, where the others are plainly other things of the same table.

    A first queue brings its pool's default queue along, a record an entry of its history; a row that
    repeats the request is no such thing.
    """
    values = _answered(x)
    named = [c for c in inserted if c.key and {str(v) for v in c.key.values()} <= values]
    named = named or answered_rows(x, context, inserted)
    if len(inserted) < 2 or len(named) != 1:
        return inserted
    for change in inserted:
        if change is named[0]:
            continue
        asked = _asked(x, context, change)
        repeats = all(same(v, s, c) is not False for v, s, c in asked)
        if repeats and (asked or not is_another_thing(named[0], change, context)):
            return inserted
    return named


def _asked(x: Exchange, context: Context, change: RowChange) -> list[tuple[Any, Any, Column]]:
    """What was asked, what the row holds, and the column, for each property that is named like one."""
    table, asked = context.table(change.table), inner(x.request.json)
    if table is None or asked is None:
        return []
    pairs = ((v, column_named(table, n)) for n, v in asked.items() if _scalar(v))
    row = change.after or {}
    return [(v, row[c.name], c) for v, c in pairs if c is not None and c.name in row]


def _answered(x: Exchange) -> set[str]:
    answered = inner(x.response.json) if x.response is not None else None
    return {str(v) for v in answered.values() if _scalar(v)} if answered is not None else set()


def _several(x: Exchange, inserted: list[RowChange]) -> str:
    """Why it may be right that several rows were inserted: the request speaks of so many.

    Not where the answer names one of them: then it is about that one.
    """
    if isinstance(x.request.json, list):
        return _BULK
    values = _answered(x)
    keys = [{str(v) for v in c.key.values()} for c in inserted]
    if len(inserted) < 2 or any(key and key <= values for key in keys):
        return ""
    asked = x.request.json
    top = asked.values() if isinstance(asked, dict) else ()
    says_so = any(
        v == len(inserted) or (isinstance(v, list) and len(v) == len(inserted)) for v in top
    )
    is_file = not isinstance(asked, dict) and x.request.body is not None
    return _BULK if says_so or is_file else ""


def _mapped(x: Exchange, context: Context, inserted: list[RowChange]) -> Iterator[Fault]:
    assert x.response is not None and x.changes is not None
    if x.response.json is NOT_JSON:
        return
    for pointer, place in context.columns.items():
        rows = [c for c in x.changes if c.table == place.table and c.op == "insert"]
        rows = inserted if place.table == context.resource else rows
        column = _column(context, place)
        answered = at_pointer(x.response.json, pointer)
        if len(rows) != 1 or column is None or answered is ABSENT:
            continue
        stored = (rows[0].after or {}).get(place.column, ABSENT)
        if stored is not ABSENT and same(answered, stored, column) is False:
            yield Fault(
                title=f"{place.table}.{place.column} is not what {pointer} answered",
                expected=f"{place.table}.{place.column} = {_show(answered, column)}, as answered",
                actual=f"the row holds {_show(stored, column)}",
                detail=f"{place.table}.{place.column}",
            )


def _by_name(x: Exchange, context: Context, change: RowChange) -> Iterator[Fault]:
    """Request properties named like a column, where the answer repeats what was asked.

    A system may normalise what it is given (trim, lower-case); then answer and row agree with each
    other and not with the request, which is its right. Answer = request and row differs is a fault.
    """
    assert x.response is not None
    table = context.table(change.table)
    asked, answered = inner(x.request.json), inner(x.response.json)
    if table is None or asked is None or answered is None:
        return
    mapped = {p.column for p in context.columns.values() if p.table == change.table}
    for name, value in asked.items():
        column = column_named(table, name)
        if column is None or column.name in mapped or not _scalar(value):
            continue
        stored = (change.after or {}).get(column.name, ABSENT)
        if (
            SECRET_COLUMN.search(column.name)
            or stored is ABSENT
            or not _echoes(answered, name, value)
        ):
            continue
        if same(value, stored, column) is False and not may_be_mapped(value, stored, column):
            yield Fault(
                title=f"{change.table}.{column.name} is not what was asked and answered",
                expected=f"{change.table}.{column.name} = {_show(value, column)}",
                actual=f"the row holds {_show(stored, column)}",
                detail=f"{change.table}.{column.name}",
                severity="warning",
            )


def _echoes(answered: Mapping[str, Any], name: str, value: Any) -> bool:
    echoed = answered.get(name, ABSENT)
    return bool(echoed == value) and isinstance(echoed, bool) == isinstance(value, bool)


def _column(context: Context, place: Place) -> Column | None:
    table = context.table(place.table)
    return table.by_column.get(place.column) if table is not None else None


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _show(value: Any, column: Column) -> str:
    if value is not None and SECRET_COLUMN.search(column.name):
        return HIDDEN
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}… ({len(text)} characters)"
