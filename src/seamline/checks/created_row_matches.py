"""What was created is what was asked for and what was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.checks.context import Context, Place
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.sameness import same
from seamline.model.catalog import Column
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import RowChange
from seamline.text.pointer import ABSENT, at_pointer
from seamline.text.redact import SECRET_COLUMN


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
    if isinstance(x.request.json, list):
        yield Abstain("a request that creates several resources at once")
        return
    inserted = [c for c in x.changes if c.table == context.resource and c.op == "insert"]
    if len(inserted) != 1 and not _many_is_legal(inserted, context):
        yield Fault(
            title=f"{x.status} answer, {len(inserted)} rows inserted into {context.resource}",
            expected=f"one row inserted into {context.resource}",
            actual=f"{len(inserted)} rows",
            detail=context.resource,
        )
        return
    yield from _mapped(x, context)
    if len(inserted) == 1:
        yield from _by_name(x, context, inserted[0])


def _many_is_legal(inserted: list[RowChange], context: Context) -> bool:
    """An upsert that changed an existing row inserts none; only a person can say that it may."""
    return not inserted and "update" in context.effects.get(context.resource or "", ())


def _mapped(x: Exchange, context: Context) -> Iterator[Fault]:
    assert x.response is not None and x.changes is not None
    for pointer, place in context.columns.items():
        rows = [c for c in x.changes if c.table == place.table and c.op == "insert"]
        column = _column(context, place)
        answered = at_pointer(x.response.json, pointer)
        if len(rows) != 1 or rows[0].after is None or column is None or answered is ABSENT:
            continue
        stored = rows[0].after.get(place.column)
        if same(answered, stored, column) is False:
            yield Fault(
                title=f"{place.table}.{place.column} is not what {pointer} answered",
                expected=f"{place.table}.{place.column} = {_show(answered)}, as answered",
                actual=f"the row holds {_show(stored)}",
                detail=f"{place.table}.{place.column}",
            )


def _by_name(x: Exchange, context: Context, change: RowChange) -> Iterator[Fault]:
    """Request properties named like a column, where the answer repeats what was asked.

    A system may normalise what it is given (trim, lower-case); then answer and row agree with each
    other and not with the request, which is its right. Answer = request and row differs is a fault.
    """
    assert x.response is not None
    table = context.table(change.table)
    asked, answered = x.request.json, x.response.json
    if table is None or not isinstance(asked, dict) or answered is NOT_JSON:
        return
    mapped = {p.column for p in context.columns.values() if p.table == change.table}
    for name, value in asked.items():
        column = table.by_column.get(name)
        if column is None or name in mapped or SECRET_COLUMN.search(name) or not _scalar(value):
            continue
        stored = (change.after or {}).get(name)
        echoed = answered.get(name, ABSENT) if isinstance(answered, dict) else ABSENT
        if echoed == value and same(value, stored, column) is False:
            yield Fault(
                title=f"{change.table}.{name} is not what was asked and answered",
                expected=f"{change.table}.{name} = {_show(value)}",
                actual=f"the row holds {_show(stored)}",
                detail=f"{change.table}.{name}",
                severity="warning",
            )


def _column(context: Context, place: Place) -> Column | None:
    table = context.table(place.table)
    return table.by_column.get(place.column) if table is not None else None


def _scalar(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _show(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 120 else f"{text[:117]}… ({len(text)} characters)"
