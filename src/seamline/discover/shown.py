"""Which GETs show rows of which table, and of lists whose: entries of `reconcile`, for a person to review.

A column counts where two different values of it agreed. Whose rows a list shows is written where all
callers that get one see exactly their own, and there are others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import msgspec

from seamline.checks.listing import total_name
from seamline.checks.reconciled import is_cached
from seamline.discover.lab import Lab, Tried
from seamline.discover.learn import Success
from seamline.discover.mapping import Seen, confirmed
from seamline.discover.seed import MOST_ROWS
from seamline.model.catalog import Table
from seamline.model.row import Row
from seamline.openapi.paging import paging_of
from seamline.openapi.table.word import words
from seamline.run.address import way_to_owner
from seamline.text.pointer import escape
from seamline.text.redact import SECRET_COLUMN

_ORDERED = 5
"""Rows of a list that must stand in an order; fewer do so by chance."""
_INTEGERS = frozenset({"smallint", "integer", "bigint"})


async def shown_rows(lab: Lab, successes: Mapping[str, Success]) -> list[dict[str, Any]]:
    """An entry for each operation that shows rows, in the document's order."""
    entries = []
    for key in lab.operations:
        success = successes.get(key)
        if success is not None and _is_plain_read(success):
            assert success.table is not None
            table = lab.catalog.by_name[success.table]
            entry = _one(success, table) or await _list(lab, success, table)
            if entry:
                entries.append(entry)
    return entries


def _is_plain_read(success: Success) -> bool:
    last = success.tried.last
    is_read = success.operation.method == "GET" and len(success.acts) == 1
    return is_read and success.table is not None and last is not None and not is_cached(last)


def _entry(success: Success, table: Table, columns: Mapping[str, str]) -> dict[str, Any] | None:
    """The entry, where the columns hold a key of the table."""
    own = {p: c.rpartition(".") for p, c in columns.items()}
    kept = {p: c for p, (t, _, c) in own.items() if t == table.name and not SECRET_COLUMN.search(c)}
    if not table.primary_key or not set(table.primary_key) <= set(kept.values()) or len(kept) < 2:
        return None
    return {"operation": success.operation.key, "table": table.name, "columns": kept}


def _one(success: Success, table: Table) -> dict[str, Any] | None:
    entry = _entry(success, table, success.columns)
    return {**entry, "learned": True} if entry is not None else None


async def _list(lab: Lab, success: Success, table: Table) -> dict[str, Any] | None:
    pairs = _pairs(lab, success.tried, table)
    entry = (
        _entry(success, table, confirmed(table, [Seen(i, r) for i, r in pairs])) if pairs else None
    )
    if entry is None:
        return None
    entry["each"] = _each(success.tried.answer)
    where = await _where(lab, success, table, pairs)
    if where:
        entry["where"] = where
        if order := _order(table, [r for _, r in pairs]):
            entry["orderBy"] = order
        if name := total_name(success.tried.answer):
            entry["total"] = f"#/{escape(name)}"
    return {**entry, "learned": True}


def _each(answer: Any) -> str:
    """The pointer to the only list of an answer; empty where there is not one."""
    if isinstance(answer, list):
        return "#"
    lists = (
        [n for n, v in answer.items() if isinstance(v, list)] if isinstance(answer, dict) else []
    )
    return f"#/{escape(lists[0])}" if len(lists) == 1 else ""


def _pairs(lab: Lab, tried: Tried, table: Table) -> list[tuple[Row, Row]]:
    """Each item with its row; none where an item has none, or tells no key."""
    answer, each = tried.answer, _each(tried.answer)
    items = (
        answer
        if each == "#"
        else next((v for v in answer.values() if isinstance(v, list)), [])
        if each
        else []
    )
    if len(table.primary_key) != 1 or not all(isinstance(i, dict) for i in items):
        return []
    (key,) = table.primary_key
    rows = {str(r.get(key)): r for r in lab.rows.get(table.name, ())}
    pairs = []
    for item in items:
        named = [v for n, v in item.items() if words(n) == words(key)]
        row = rows.get(str(named[0])) if len(named) == 1 else None
        if row is None:
            return []
        pairs.append((item, row))
    return pairs


async def _where(lab: Lab, success: Success, table: Table, pairs: Sequence[tuple[Row, Row]]) -> str:
    """The condition under which a list shows a row to its caller, where all callers bear it out."""
    for people, mine in lab.mine.get(success.identity, {}).items():
        way = way_to_owner(table, people, lab.catalog)
        key = lab.catalog.by_name[people].primary_key
        if way is None or way.via is not None or people == table.name or len(key) != 1:
            continue
        if len(pairs) < 2 or not _is_own(
            lab, success.tried, table, way.column, mine[key[0]], pairs
        ):
            continue
        others = 0
        for identity in lab.roles:
            own = lab.mine.get(identity, {}).get(people)
            if identity == success.identity:
                continue
            act = msgspec.structs.replace(success.acts[0], identity=identity, status=())
            tried = await lab.attempt([act])
            if not tried.succeeded:
                continue
            shown = _pairs(lab, tried, table)
            if own is None or not _is_own(lab, tried, table, way.column, own[key[0]], shown):
                return ""
            others += 1
        return f"{_name(way.column)} = :identity.{key[0]}" if others else ""
    return ""


def _is_own(
    lab: Lab, tried: Tried, table: Table, column: str, owner: Any, pairs: Sequence[tuple[Row, Row]]
) -> bool:
    """Whether a list shows all rows of the owner and no others, of which there are some."""
    rows = lab.rows.get(table.name, ())
    own = [r for r in rows if str(r.get(column)) == str(owner)]
    (key,) = table.primary_key
    return (
        len(rows) < MOST_ROWS
        and 0 < len(own) < len(rows)
        and _is_whole(lab, tried, len(pairs))
        and sorted(str(r[key]) for r in own) == sorted(str(r[key]) for _, r in pairs)
    )


def _is_whole(lab: Lab, tried: Tried, count: int) -> bool:
    answer, name = tried.answer, total_name(tried.answer)
    if name:
        return bool(answer[name] == count)
    assert tried.last is not None
    operation = lab.operations.get(tried.last.operation)
    return operation is not None and paging_of(operation) is None


def _order(table: Table, rows: Sequence[Row]) -> str:
    """The newest first, by the key or by a time. The oldest first is how rows come that nobody orders."""
    if len(rows) < _ORDERED:
        return ""
    times = [c.name for c in table.columns if c.base.startswith("timestamp")]
    counted = [c for c in table.primary_key if table.by_column[c].base in _INTEGERS]
    for column in (*counted, *times):
        values = [_rank(r.get(column)) for r in rows]
        known = [v for v in values if v is not None]
        falls = all(a > b for a, b in pairwise(known))
        if len(known) == len(values) and falls:
            return f"{_name(column)} DESC"
    return ""


def _rank(value: Any) -> float | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


def _name(column: str) -> str:
    plain = column.isidentifier() and column.islower() and column.isascii()
    return column if plain else '"' + column.replace('"', '""') + '"'
