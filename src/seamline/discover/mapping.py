"""Pointers into an answer that show a column: by name, and equal in two answers that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.checks.sameness import same
from seamline.model.catalog import Table
from seamline.model.row import Row
from seamline.openapi.table.word import words
from seamline.text.pointer import escape

_TELLING = 6
"""A value of so many characters that is equal twice by chance is improbable."""


class Seen(msgspec.Struct, frozen=True):
    """One answer (decoded) and the row that it is about."""

    answer: Any
    row: Row


def leaves(answer: Any, depth: int = 2) -> Iterator[tuple[str, Any]]:
    """Scalars of an answer that is an object, by pointer; lists are left out."""
    if not isinstance(answer, Mapping):
        return
    for name, value in answer.items():
        if isinstance(value, Mapping) and depth > 1:
            for pointer, inner in leaves(value, depth - 1):
                yield f"#/{escape(name)}{pointer[1:]}", inner
        elif value is None or isinstance(value, str | int | float | bool):
            yield f"#/{escape(name)}", value


def confirmed(table: Table, seen: Sequence[Seen]) -> dict[str, str]:
    """Pointers and columns that agree in every answer and have two distinct values.

    A column of another name counts only where no other one agrees and its values tell much.
    """
    found: dict[str, str] = {}
    for pointer, _ in leaves(seen[0].answer) if len(seen) > 1 else ():
        values = [dict(leaves(s.answer)).get(pointer) for s in seen]
        if None in values or len({str(v) for v in values}) < 2:
            continue
        agreeing = [
            c.name
            for c in table.columns
            if all(
                c.name in s.row and same(v, s.row[c.name], c) is True
                for v, s in zip(values, seen, strict=True)
            )
        ]
        name = words(pointer.rpartition("/")[2])
        named = [c for c in agreeing if words(c) == name]
        telling = all(isinstance(v, str) and len(v) >= _TELLING for v in values)
        if len(named) == 1 and pointer.count("/") == 1:
            found[pointer] = f"{table.name}.{named[0]}"
        elif not named and telling and len(agreeing) == 1 and pointer.count("/") == 1:
            found[pointer] = f"{table.name}.{agreeing[0]}"
    return found


def agreeing(table: Table, seen: Sequence[Seen]) -> dict[str, str]:
    """Pointers and columns of the same name that agree in every answer, however few their values."""
    found: dict[str, str] = {}
    for pointer, _ in leaves(seen[0].answer, 1):
        name = words(pointer.rpartition("/")[2])
        column = next((c for c in table.columns if words(c.name) == name), None)
        values = [(dict(leaves(s.answer, 1)).get(pointer), s.row) for s in seen]
        if column is not None and all(
            v is not None and column.name in r and same(v, r[column.name], column) is True
            for v, r in values
        ):
            found[pointer] = f"{table.name}.{column.name}"
    return found


def shown(table: Table, seen: Seen) -> dict[str, str]:
    """Column -> pointer for what one answer shows of a new row: its keys, by value and by name."""
    found: dict[str, str] = {}
    alone = isinstance(seen.answer, list) and len(seen.answer) == 1
    for pointer, value in leaves(seen.answer[0] if alone else seen.answer, 1):
        name = words(pointer.rpartition("/")[2])
        for column in table.columns:
            stored = seen.row.get(column.name)
            is_named = words(column.name) == name or (
                name[-1:] == ("id",) and (column.name,) == table.primary_key
            )
            if is_named and stored is not None and same(value, stored, column) is True:
                found.setdefault(column.name, f"#/0{pointer[1:]}" if alone else pointer)
    return found
