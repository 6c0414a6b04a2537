"""Twice is once, in the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from seamline.checks.agreement import asked_columns, is_scalar
from seamline.checks.answered_row import is_another_thing
from seamline.checks.context import Context
from seamline.checks.housekeeping import is_log, telling
from seamline.checks.likeness import inner, may_be_mapped
from seamline.checks.named_row import columns_for, holds, named_in
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.safe_method_writes_nothing import describe
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange
from seamline.text.redact import SECRET_COLUMN

AGAIN = "again"
SAME_KEY = "sameKey"
_VERSION = re.compile(
    r"version|revision|(?:^|_)rev(?:_|$)|valid_|_valid|seq|generation", re.IGNORECASE
)
_AMOUNTS = ("amount", "balance", "total", "stock", "quantity", "qty", "credit", "points", "paid")


def _applies(x: Exchange, context: Context) -> bool:
    return (
        x.twist is not None
        and (
            (x.twist.scenario == AGAIN and x.request.method in ("PUT", "DELETE"))
            or (x.twist.scenario == SAME_KEY and x.request.method == "POST")
        )
        and x.succeeded
        and bool(x.earlier)
        and x.earlier[-1].succeeded
    )


@check(source="RFC 9110, 9.2.2; draft-ietf-httpapi-idempotency-key-header", applies=_applies)
def idempotent_twice(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """PUT and DELETE sent twice leave the rows of one request, and so does a POST under the same key."""
    first = x.earlier[-1]
    if x.changes is None or first.changes is None:
        yield Abstain("rows are not captured")
        return
    if 202 in (first.status, x.status):
        yield Abstain("202: what was accepted may be done later")
        return
    tables = list(dict.fromkeys(c.table for c in x.changes))
    for table in tables:
        changes = [c for c in x.changes if c.table == table]
        before = [c for c in first.changes if c.table == table]
        yield from _repeated(x, context, table, changes, before)
        yield from _added_up(x, context, changes, before)


def _repeated(
    x: Exchange, context: Context, table: str, changes: list[RowChange], before: list[RowChange]
) -> Iterator[Fault]:
    """Rows of the resource that the second request inserted as the first had, or another that it deleted.

    Beside what it is about, a request may add to a history, in the same table too.
    """
    if table != context.resource or is_log(table):
        return
    old = [c for c in before if c.op == "insert"]
    again = [
        c
        for c in changes
        if c.op == "insert"
        and _is_meant(x, context, c)
        and any(_is_copy(c, o, context) for o in old)
    ]
    gone = [c for c in changes if c.op == "delete"]
    ends = any(c.op == "update" for c in changes)
    if (
        len(again) > len(gone) and not ends
    ):  # else a list, or a version, was replaced by the same one
        yield Fault(
            title=f"the same request twice: {len(again)} more rows of {table}",
            expected=f"no further row of {table}: one request has the same effect as two",
            actual=describe(again),
            detail=f"{table} inserted again",
        )
    if x.request.method == "DELETE" and gone and any(c.op == "delete" for c in before):
        yield Fault(
            title=f"the same DELETE twice removed another row of {table}",
            expected=f"no further row of {table} deleted",
            actual=describe(gone),
            detail=f"{table} deleted again",
        )


def _is_meant(x: Exchange, context: Context, row: RowChange) -> bool:
    """Whether a new row is the one that the path names, or of a POST the one that the answer names."""
    table, after = context.table(row.table), row.after or {}
    if x.request.method == "PUT":
        named = named_in(x)
        columns = columns_for(named.parameter, table) if named is not None else frozenset()
        return named is not None and bool(columns) and holds(after, named.value, columns)
    told = inner(x.response.json) if x.response is not None else None
    values = {str(v) for v in (told or {}).values() if is_scalar(v)}
    return bool(row.key) and {str(v) for v in row.key.values()} <= values


def _is_copy(new: RowChange, old: RowChange, context: Context) -> bool:
    """Whether two rows say the same but for keys and clocks; another version is no copy."""
    mine, theirs = new.after or {}, old.after or {}
    differing = frozenset(c for c in mine if mine.get(c) != theirs.get(c))
    if any(_VERSION.search(c) for c in differing):
        return False
    others = differing - {*new.key}
    return not telling(others, new.table, context) and not is_another_thing(new, old, context)


def _added_up(
    x: Exchange, context: Context, changes: list[RowChange], before: list[RowChange]
) -> Iterator[Fault]:
    """Numbers that each of the two requests moved by as much, and values that were asked for."""
    for change in changes:
        if change.op != "update":
            continue
        asked = {
            c.name
            for v, s, c in asked_columns(x, context, change)
            if not SECRET_COLUMN.search(c.name) and not may_be_mapped(v, s, c)
        }
        is_seen = any(c.key == change.key for c in before)
        for name in telling(change.columns, change.table, context):
            moved = _step(change, name)
            earlier = _earlier(before, change, name)
            is_asked = is_seen and change.table == context.resource and name in asked
            repeats = earlier is not None and moved == earlier
            counts = abs(moved or 0) == 1 and not any(a in name.lower() for a in _AMOUNTS)
            if is_asked or (repeats and not counts):
                yield Fault(
                    title=f"the same request twice changed {change.table}.{name} twice",
                    expected=f"{change.table}.{name} as the first request left it",
                    actual=describe([change]),
                    detail=f"{change.table}.{name}",
                )


def _earlier(before: list[RowChange], change: RowChange, name: str) -> Decimal | None:
    """By how much the first request had moved the same number."""
    for old in before:
        if old.op == "update" and old.key == change.key:
            return _step(old, name)
    return None


def _step(change: RowChange, name: str) -> Decimal | None:
    old, new = (change.before or {}).get(name), (change.after or {}).get(name)
    return _number(new) - _number(old) if _is_number(old) and _is_number(new) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _number(value: Any) -> Decimal:
    return Decimal(value)
