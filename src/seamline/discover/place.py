"""Names that stand for a column: path parameters, foreign keys, other rows' unique names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from seamline.checks.context import Place
from seamline.model.catalog import Catalog, Table
from seamline.openapi.table.shape import fits
from seamline.openapi.table.word import Words, likeness, table_words, words

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_COMMON = frozenset(
    {("name",), ("key",), ("slug",), ("title",), ("id",), ("type",), ("code",), ("value",)}
)
"""Unique in some table, and yet no name of its row where another resource has it."""
_KEYS = frozenset({("id",), ("uuid",), ("pk",), ("key",), ("guid",)})


class Places:
    """Finds the column that a name speaks of. `catalog` is the database's."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._tables = [t for t in catalog.tables if t.partition_of is None]
        self._named = {t.name: table_words(t.name) for t in self._tables}

    def table_named(self, name: Words) -> Table | None:
        """The table that a name is most like, where one is and no other as much."""
        ranked = sorted(((likeness(name, w), t) for t, w in self._named.items()), reverse=True)
        if not ranked or ranked[0][0] < 0.7:
            return None
        if len(ranked) > 1 and ranked[1][0] == ranked[0][0]:
            return None
        return self._catalog.by_name[ranked[0][1]]

    def of_path(
        self, path: str, table: str | None, schemas: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Place | None]:
        """The column of each path parameter; `table` is the one that the operation speaks of."""
        found: dict[str, Place | None] = {}
        segments = path.split("/")
        for number, segment in enumerate(segments):
            for name in _PARAMETER.findall(segment):
                fixed = [s for s in segments[:number] if s and "{" not in s]
                is_last = not any("{" in s for s in segments[number + 1 :])
                owner = self._catalog.by_name.get(table) if table and is_last else None
                place = self._parameter(name, fixed, owner)
                found[name] = place if place and self.agrees(place, schemas.get(name, {})) else None
        return found

    def agrees(self, place: Place, schema: Mapping[str, Any]) -> bool:
        """Whether the values of a schema can be those of the column."""
        column = self._catalog.by_name[place.table].by_column[place.column]
        return fits(schema, column)

    def _parameter(self, name: str, fixed: list[str], owner: Table | None) -> Place | None:
        before = self._before(fixed)
        for option in re.split(r"_or_|Or(?=[A-Z])", name):
            key = words(option)
            for table in (before, owner):
                place = self._column(key, table)
                if place is not None:
                    return place
            named = self.reference(option, owner)
            if named is not None:
                return named
            if key[-1:] in _KEYS:
                table = before or (owner if not fixed else None)
                if table is not None and len(table.primary_key) == 1:
                    return Place(table.name, table.primary_key[0])
        return None

    def _before(self, fixed: list[str]) -> Table | None:
        """The table that the fixed segments before a parameter name, the nearest first."""
        for count in range(min(len(fixed), 3)):
            at = len(fixed) - count
            joined = words(fixed[at - 2]) + words(fixed[at - 1]) if at > 1 else ()
            for name in (joined, words(fixed[at - 1])):
                exact = [t for t, w in self._named.items() if likeness(name, w) == 1.0]
                if len(exact) == 1:
                    return self._catalog.by_name[exact[0]]
            near = self.table_named(words(fixed[at - 1]))
            if near is not None:
                return near
        return None

    def _column(self, key: Words, table: Table | None) -> Place | None:
        if table is None:
            return None
        own = self._named.get(table.name, ())
        for column in table.columns:
            if words(column.name) in (key, key[len(own) :] if key[: len(own)] == own else key):
                return Place(table.name, column.name)
        return None

    def reference(self, name: str, own: Table | None) -> Place | None:
        """The column of another table's row that a property or parameter names, where it is plain."""
        key = words(name)
        if own is not None:
            for foreign in own.foreign_keys:
                if len(foreign.columns) == 1 and words(foreign.columns[0]) == key:
                    return Place(foreign.table, foreign.to[0])
        prefixed = self._prefixed(key)
        if prefixed is not None:
            return prefixed
        if key in _COMMON or (own is not None and any(words(c.name) == key for c in own.columns)):
            return None
        unique = [
            Place(t.name, k.columns[0])
            for t in self._tables
            for k in t.unique
            if k.plain and k.predicate is None and len(k.columns) == 1
            if words(k.columns[0]) == key
        ]
        unique = list(dict.fromkeys(unique))
        return unique[0] if len(unique) == 1 else None

    def _prefixed(self, key: Words) -> Place | None:
        """`order_id`, `coupon_code`, `flow_run_id`: a table's name, then one of its columns."""
        for cut in range(len(key) - 1, 0, -1):
            tables = [t for t, w in self._named.items() if w == key[:cut]]
            tables = tables or [
                t for t, w in self._named.items() if key[cut:] in _KEYS and w[-cut:] == key[:cut]
            ]
            if len(tables) != 1:
                continue
            table = self._catalog.by_name[tables[0]]
            for column in table.columns:
                if words(column.name) == key[cut:] and self.tells(table, column.name):
                    return Place(table.name, column.name)
            if key[cut:] == ("id",) and len(table.primary_key) == 1:
                return Place(table.name, table.primary_key[0])
        return None

    def tells(self, table: Table, column: str) -> bool:
        """Whether a column names a row: a key, or the name by which people know it."""
        return any(column in k.columns for k in table.unique) or column in (
            *table.primary_key,
            "name",
        )
