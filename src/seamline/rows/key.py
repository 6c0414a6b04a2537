"""Unique keys: how to number their parts so that no two rows agree, and the watch that none do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import gcd
from typing import Any

from seamline.model.catalog import Table, UniqueKey
from seamline.model.row import Row
from seamline.rows.check import columns_of, ways
from seamline.rows.way import Way

Digit = Callable[[int], int]
"""The number of a row -> which value a part of the key takes."""


def digits(sizes: Sequence[int]) -> list[Digit]:
    """For parts with so many values each: numberings under which the first product-of-sizes rows differ.

    Each part goes through all its values as soon as it can: row i takes (i mod a, (i + i div lcm) mod b).
    """
    found: list[Digit] = []
    whole = 1
    for size in sizes:
        lcm = whole * size // gcd(whole, size)
        found.append(_digit(size, whole, lcm))
        whole *= size
    return found


def _digit(size: int, whole: int, lcm: int) -> Digit:
    if whole == 1:
        return lambda i: i % size
    return lambda i: (i % (whole * size) + i % (whole * size) // lcm) % size


class Watch:
    """Remembers the keys of accepted rows."""

    def __init__(self, table: Table) -> None:
        self._keys = [_Watched(key) for key in table.unique]

    def accept(self, row: Row) -> bool:
        """Whether no accepted row has a key of this one; if so, it is accepted."""
        found = [k.of(row) for k in self._keys]
        for key, value in zip(self._keys, found, strict=True):
            if value is not None and value in key.seen:
                return False
        for key, value in zip(self._keys, found, strict=True):
            if value is not None:
                key.seen.add(value)
        return True

    def forget(self, row: Row) -> None:
        """The row is not there after all."""
        for key in self._keys:
            key.seen.discard(key.of(row))


class _Watched:
    def __init__(self, key: UniqueKey) -> None:
        self.seen: set[Any] = set()
        self.columns = parts(key)
        self._folded = not key.plain
        self._nulls = not key.nulls_distinct
        self._is_simple = (
            len(self.columns) == 1 and key.plain and key.nulls_distinct and not key.predicate
        )
        self._when: list[Way] = ways((key.predicate,)) if key.predicate else []

    def of(self, row: Row) -> Any:
        """The row's value, or None where the key does not bind it."""
        if self._is_simple:
            value = row.get(self.columns[0])
            return repr(value) if isinstance(value, (list, dict)) else value
        values = tuple([row.get(c) for c in self.columns])
        if not values or (None in values and not self._nulls) or not _applies(self._when, row):
            return None
        if any(isinstance(v, (list, dict)) for v in values):
            return repr(values)
        return tuple(map(_fold, values)) if self._folded else values


def parts(key: UniqueKey) -> tuple[str, ...]:
    """The columns of a key, those in its expressions too."""
    inside = [c for e in key.expressions for c in sorted(columns_of(e))]
    return tuple(dict.fromkeys([*key.columns, *inside]))


def _applies(when: Iterable[Way], row: Row) -> bool:
    found = list(when)
    return not found or any(_holds(way, row) for way in found)


def _holds(way: Way, row: Row) -> bool:
    """Whether a partial key's predicate holds; what was not understood counts as true."""
    for column, limit in way.limits.items():
        value = row.get(column)
        if value is None and limit.null is not True:
            return False
        if not limit.allows(value):
            return False
    return True


def _fold(value: Any) -> Any:
    return value.casefold().strip() if isinstance(value, str) else value
