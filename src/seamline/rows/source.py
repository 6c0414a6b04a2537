"""Where values come from: numbered, so that distinct numbers give distinct values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zlib import crc32

import msgspec

from seamline.model.catalog import Type
from seamline.rows.limit import Limit


class Source(msgspec.Struct, frozen=True):
    """`at(k)` is the k-th value, distinct for k below `size` (None: as many as anyone asks for).

    `spread` says which k the i-th row takes where no key asks for distinct rows; None: its own number.
    """

    at: Callable[[int], Any]
    size: int | None = None
    spread: Callable[[int], int] | None = None


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: values of `type` for a column of `table`, within `limit`, for `rows` rows."""

    table: str
    name: str
    type: str
    limit: Limit = Limit()
    rows: int = 12
    seed: int = 0
    default: str | None = None
    types: Mapping[str, Type] = {}

    @property
    def salt(self) -> int:
        """A number that depends on seed, table and column only."""
        return crc32(f"{self.seed}/{self.table}/{self.name}".encode())


def choices(values: Sequence[Any], start: int = 0) -> Source:
    """Each of `values` in turn, from the one at `start`."""
    size = len(values)
    return Source(lambda k: values[(k + start) % size], size)


_SCAN = 3000


def within(source: Source, limit: Limit, rows: int) -> Source | None:
    """The values of `source` that `limit` allows; None where none of the first thousands is."""
    size = source.size
    probe = min(size or 16, 16)
    if all(limit.allows(source.at(k)) for k in range(probe)):
        return source
    allowed: list[Any] = []
    most = min(size or _SCAN + 20 * rows, _SCAN + 20 * rows)
    for k in range(most):
        value = source.at(k)
        if limit.allows(value):
            allowed.append(value)
            if len(allowed) >= 2 * rows + 100:
                break
    return choices(allowed) if allowed else None
