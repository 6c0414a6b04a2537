"""How rows of one table are made that follow one way of satisfying its CHECKs: a source per column,
a choice per foreign key, and a numbering of those parts of unique keys that have few values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

import msgspec

from seamline.model.catalog import Column, Table, Type
from seamline.model.row import Row
from seamline.rows.hostile import hostile
from seamline.rows.key import Digit, digits, parts
from seamline.rows.limit import Limit
from seamline.rows.reference import Reference
from seamline.rows.source import Source, Wish, choices
from seamline.rows.value import source
from seamline.rows.way import Opaque, Way

_MOSTLY_NULL = re.compile(
    r"delet|archiv|remov|revok|cancel|disab|banned|locked|fail|error|expired", re.I
)
_CANDIDATES = 3000
_FEW = 20
"""With less than so many values per row wanted, keys go through the combinations of their parts."""
_LAST_RESORT = ("", "0", "{}", "x", "1", "(,)", "()", "[]")
"""What is tried for a type that is not known."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What all tables have in common."""

    types: Mapping[str, Type]
    seed: int = 0
    is_hostile: bool = False


class Recipe:
    """`way` with everything that is needed to make rows by it, for about `rows` rows."""

    def __init__(
        self, table: Table, way: Way, references: Sequence[Reference], setting: Setting, rows: int
    ) -> None:
        self.way = way
        self.references = references
        self.searched: set[str] = set()
        self.constants: list[Any] = []
        known = {r.key.name for r in references}
        for claim in way.opaque:
            if claim.sql not in known:
                self.searched |= set(claim.columns)
                self.constants += claim.constants
        self._table, self._setting, self._rows = table, setting, rows
        self.keyed = {c for k in table.unique for c in parts(k)}
        taken = {c for r in references for c in r.columns}
        self.sources: dict[str, Source | None] = {
            c.name: self._source(c)
            for c in table.columns
            if not c.generated and c.name not in taken
        }
        self.picks = [r.restrict(way.limits) for r in references]
        self.numbering = self._numbering()

    def limit(self, column: str) -> Limit:
        """What the way says of a column."""
        return self.way.limits.get(column, Limit())

    def _source(self, column: Column) -> Source | None:
        limit = self.limit(column.name)
        if limit.null is True:
            return None
        if _is_counted(column) and limit.allows(1) and (limit.high, limit.modulo) == (None, None):
            return Source(lambda k: k + 1, 32767 if column.base == "smallint" else None)
        wish = Wish(
            table=self._table.name,
            name=column.name,
            type=column.type,
            limit=limit,
            rows=self._rows,
            seed=self._setting.seed,
            default=None if column.name in self.keyed else column.default,
            types=self._setting.types,
        )
        found = source(wish)
        if found is None and limit != Limit(null=limit.null):
            found = source(msgspec.structs.replace(wish, limit=Limit()))
            self.searched.add(column.name)
        if found is None and not column.nullable and column.default is None:
            found = choices(_LAST_RESORT)
            self.searched.add(column.name)
        return hostile(wish, found) if found is not None and self._setting.is_hostile else found

    def candidates(self, claim: Opaque) -> list[Row]:
        """Many different values for the columns of a claim that was not understood."""
        if not claim.columns or any(self.sources.get(c) is None for c in claim.columns):
            return []
        columns = [self._table.by_column[c] for c in claim.columns]
        numbers = range(_CANDIDATES)
        values = [self.column(c, numbers, 1, search=True) for c in columns]
        return [dict(zip(claim.columns, row, strict=True)) for row in zip(*values, strict=True)]

    def _numbering(self) -> dict[str | int, Digit]:
        """For the parts of keys that have fewer values than rows are wanted: which value row i takes.

        A part is a column's name, or the place of a reference.
        """
        found: dict[str | int, Digit] = {}
        for key in self._table.unique:
            if key.predicate:
                continue
            inside = list(dict.fromkeys(self._part(c) for c in parts(key)))
            sizes = [self._size(p) for p in inside]
            few = [s for s in sizes if s is not None]
            if not few or len(few) < len(sizes) or 0 in few or max(few) > _FEW * self._rows:
                continue
            if len(few) == 1 and few[0] >= self._rows:
                continue
            open_parts = [p for p in inside if p not in found]
            numbers = digits([self._size(p) or 1 for p in open_parts])
            found.update(zip(open_parts, numbers, strict=True))
        return found

    def _part(self, column: str) -> str | int:
        return next((i for i, r in enumerate(self.references) if column in r.columns), column)

    def _size(self, part: str | int) -> int | None:
        if isinstance(part, int):
            return len(self.picks[part])
        found = self.sources.get(part)
        return None if found is None else found.size

    def column(
        self, column: Column, numbers: Sequence[int], ways: int, *, search: bool
    ) -> list[Any]:
        """The values of one column for the rows with these numbers."""
        found = self.sources[column.name]
        if found is None:
            return [None] * len(numbers)
        at, digit = found.at, self.numbering.get(column.name)
        if digit is not None:
            values = [at(digit(i)) for i in numbers]
        elif found.size is not None and found.size < self._rows:
            values = self._few(column, found, numbers, ways)
        elif found.spread is not None and column.name not in self.keyed:
            values = [at(found.spread(i)) for i in numbers]
        else:
            values = [at(i) for i in numbers]
        if self._may_be_null(column):
            often = not self._setting.is_hostile
            values = [
                None if (i % 6 != 5 if often else i % 3 == 1) else v
                for i, v in zip(numbers, values, strict=True)
            ]
        return self._search(column, numbers, values) if search else values

    def _few(self, column: Column, found: Source, numbers: Sequence[int], ways: int) -> list[Any]:
        """Few values: all of them among the rows of this way; in no step with others later on."""
        at, last, salt = found.at, self._rows, crc32(column.name.encode())
        spread = found.spread or (lambda i: i)
        return [at(spread(i // ways) if i < last else mixed(i, salt)) for i in numbers]

    def _may_be_null(self, column: Column) -> bool:
        if (
            not column.nullable
            or self.limit(column.name).null is False
            or column.name in self.keyed
        ):
            return False
        return self._setting.is_hostile or (
            bool(_MOSTLY_NULL.search(column.name))
            and column.base not in ("boolean", "integer", "bigint")
        )

    def _search(self, column: Column, numbers: Sequence[int], values: list[Any]) -> list[Any]:
        """Other candidates for every second row, or more: constants of the CHECKs, nulls, small numbers."""
        if self.searched and column.name not in self.searched:
            return values
        found = self.sources[column.name]
        further = [found.at(37 * k + 1) for k in range(30)] if found is not None else []
        pool = _pool(column, self.constants, [*values[:1], *further], self.limit(column.name))
        if not pool or column.identity:
            return values
        salt = crc32(column.name.encode())
        rolls = [mixed(i, salt) for i in numbers]
        return [
            pool[m // 4 % len(pool)] if m % 4 else v for m, v in zip(rolls, values, strict=True)
        ]


def mixed(i: int, salt: int) -> int:
    """A number that looks random, the same for the same `i` and `salt`."""
    x = (i * 0x9E3779B1 + salt * 0x85EBCA6B) & 0xFFFFFFFF
    x = (x ^ x >> 15) * 0x2C1B3C6D & 0xFFFFFFFF
    x = (x ^ x >> 12) * 0x297A2D39 & 0xFFFFFFFF
    return x ^ x >> 15


def _is_counted(column: Column) -> bool:
    """Whether a sequence fills the column: it counts from 1 then."""
    default = column.default or ""
    return column.identity or (default.startswith("nextval(") and default.endswith("::regclass)"))


def _pool(column: Column, constants: Sequence[Any], values: list[Any], limit: Limit) -> list[Any]:
    candidates: list[Any] = [None] if column.nullable else []
    sample = next((v for v in values if v is not None), None)
    if isinstance(sample, bool):
        candidates += [True, False]
    elif isinstance(sample, str):
        plain = column.base in ("text", "character varying", "character", "citext")
        texts = [c for c in constants if isinstance(c, str)] if plain or column.enum else []
        variants = [f(sample) for f in (str.upper, str.lower, str.title)] if plain else []
        candidates += texts + variants
        if plain:
            candidates += ["", "1", "10", "A1", "a-b", "a@b.co", *(str(c) for c in constants)]
            candidates += [f"{c}{sample}" for c in texts] + [f"{sample}{c}" for c in texts]
    elif sample is not None and not isinstance(sample, (list, dict)):
        numbers = [c for c in constants if not isinstance(c, (str, bool)) and hasattr(c, "__int__")]
        near = [int(c) + d for c in numbers for d in (-1, 0, 1)]
        kind = type(sample)
        candidates += [
            kind(c) for c in [*near, *range(0, 40), 50, 64, 100, 128, 256, 500, 1000, 1024]
        ]
    elif isinstance(sample, list):
        candidates += [[], sample[:1], sample * 2]
    elif isinstance(sample, dict):
        candidates += [{}, *({c: 1} for c in constants if isinstance(c, str)), []]
        candidates += [{c: "text" for c in constants if isinstance(c, str)}]
    return [c for c in [*candidates, *values] if limit.allows(c) and _in_type(column, c)]


def _in_type(column: Column, value: Any) -> bool:
    if isinstance(value, str) and column.max_length is not None:
        return len(value) <= column.max_length
    return not column.enum or value is None or value in column.enum
