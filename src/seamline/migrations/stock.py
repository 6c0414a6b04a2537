"""Rows that stand in the tables while the history is walked: made from the catalog at each revision.

Only what we made is ever removed again: rows that a revision itself wrote stay, as later ones rely on them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import msgspec

from seamline.engines.protocol import Database, Writer
from seamline.migrations.shelf import CatalogShelf
from seamline.model.catalog import Catalog, Table, Type
from seamline.model.structure import Contents, Structure
from seamline.rows.load import load
from seamline.rows.maker import BOOKKEEPING, Made, Variant

ROWS = 3
"""Rows a table: more than one, so that what must be distinct shows."""
_BEHIND_TYPE = re.compile(r" (?:COLLATE|NOT NULL|GENERATED|DEFAULT|GRANT|COMMENT)\b")

OpenWriter = Callable[[Catalog], AbstractAsyncContextManager[Writer]]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the rows in a database: the tables that hold ours only, as what each table was last
    seen, and why tables are empty."""

    made: frozenset[str]
    seen: Mapping[str, frozenset[str]]
    empty: Mapping[str, str]


class Stock:
    """The rows of one leg. Writers are opened on `stack`; `use` says which database they are in."""

    _database: Database

    def __init__(self, open_writer: OpenWriter, stack: AsyncExitStack) -> None:
        self._open_writer = open_writer
        self._stack = stack
        self._shelf = CatalogShelf()
        self._writer: Writer | None = None
        self._types: tuple[Type, ...] = ()
        self._made: set[str] = set()
        self._seen: dict[str, frozenset[str]] = {}
        self.empty: dict[str, str] = {}

    def use(self, database: Database) -> None:
        """Go on with this connection of the database; those for writing are made anew."""
        self._database, self._writer = database, None

    @property
    def known(self) -> Known:
        """For the stock of a copy of the database."""
        return Known(made=frozenset(self._made), seen=dict(self._seen), empty=dict(self.empty))

    def recall(self, known: Known) -> None:
        """Take a database over with the rows that another stock has put there."""
        self._made, self._seen, self.empty = set(known.made), dict(known.seen), dict(known.empty)

    async def withdraw(self) -> None:
        """Remove our rows, as far as no others stand among them; the next `fill` is of all tables."""
        catalog = await self._database.catalog()
        emptied = self._may_empty(catalog, self._made)
        writer = await self._writer_for(catalog)
        await writer.empty([catalog.by_name[t] for t in sorted(emptied)])
        self._made -= emptied
        self._seen = {}

    async def fill(self, structure: Structure, bookkeeping: str) -> None:
        """Put rows into tables that are new, and into those that have a new column, or one of a new type."""
        shapes = _shapes(structure, bookkeeping)
        different = {
            t for t, shape in shapes.items() if t not in self._seen or shape - self._seen[t]
        }
        self._seen = shapes
        if not different:
            return
        catalog = await self._shelf.look(self._database, structure)
        again = different & self._made
        emptied = self._may_empty(catalog, again)
        writer = await self._writer_for(catalog)
        await writer.empty([catalog.by_name[t] for t in sorted(emptied)])
        wanted = {t for t in (different - self._made) | emptied if t in catalog.by_name}
        made = await load(writer, _part(catalog, wanted), dict.fromkeys(sorted(wanted), ROWS))
        self._made = (self._made | made.rows.keys()) & catalog.by_name.keys()
        for table in wanted:
            self.empty.pop(table, None)
        self.empty.update(made.left_empty)

    async def load(
        self, tables: Collection[str], rows: int, *, variant: Variant = "plausible"
    ) -> Made:
        """Put so many rows into each of these tables, and into all that they refer to, that has none."""
        catalog = await self._database.catalog()
        wanted = _closure(catalog, tables)
        writer = await self._writer_for(catalog)
        counts = dict.fromkeys(sorted(wanted), rows)
        return await load(writer, _part(catalog, wanted), counts, variant=variant)

    async def clear(self, tables: Collection[str]) -> None:
        """Remove all rows of these tables, as far as they still stand, and of those that refer to them."""
        catalog = await self._database.catalog()
        referring = _referring(catalog)
        there = {name for table in tables for name in _group(table, referring)} & set(
            catalog.by_name
        )
        writer = await self._writer_for(catalog)
        await writer.empty([catalog.by_name[name] for name in sorted(there)])

    def wrote(self, before: Mapping[str, Contents], after: Mapping[str, Contents]) -> None:
        """A revision has been applied or taken back: rows that it wrote are not ours to remove, tables
        that it emptied are filled anew."""
        for table, contents in after.items():
            if table in before and contents.count > before[table].count:
                self._made.discard(table)
            elif table in self._made and not contents.count:
                self._made.discard(table)
                self._seen.pop(table, None)

    def _may_empty(self, catalog: Catalog, tables: Iterable[str]) -> set[str]:
        """Of the tables those that hold our rows only, as do all that refer to them, which come along."""
        referring = _referring(catalog)
        found: set[str] = set()
        for start in tables:
            group = _group(start, referring)
            if all(n in self._made or n not in self._seen or n in self.empty for n in group):
                found |= group & catalog.by_name.keys()
        return found

    async def _writer_for(self, catalog: Catalog) -> Writer:
        if self._writer is None or catalog.types != self._types:
            self._types = catalog.types
            self._writer = await self._stack.enter_async_context(self._open_writer(catalog))
        return self._writer


def _shapes(structure: Structure, bookkeeping: str) -> dict[str, frozenset[str]]:
    """Per table that rows stand in its columns, each with its type."""
    shapes: dict[str, set[str]] = {
        t.name: set()
        for t in structure.values()
        if t.sql and t.name != bookkeeping and t.name.split(".")[-1] not in BOOKKEEPING
    }
    for thing in structure.values():
        if thing.kind == "column" and thing.table in shapes:
            shapes[thing.table].add(f"{thing.name} {_BEHIND_TYPE.split(thing.definition)[0]}")
    return {table: frozenset(columns) for table, columns in shapes.items()}


def _referring(catalog: Catalog) -> dict[str, set[str]]:
    """Per table those that refer to it."""
    found: dict[str, set[str]] = {}
    for table in catalog.tables:
        for key in table.foreign_keys:
            found.setdefault(key.table, set()).add(table.name)
    return found


def _group(start: str, referring: Mapping[str, set[str]]) -> set[str]:
    """A table and those that refer to it, however far."""
    group, open_tables = {start}, [start]
    while open_tables:
        for name in referring.get(open_tables.pop(), set()) - group:
            group.add(name)
            open_tables.append(name)
    return group


def _closure(catalog: Catalog, tables: Collection[str]) -> set[str]:
    """The tables, and those that they refer to, however far."""
    found = {t for t in tables if t in catalog.by_name}
    open_tables = sorted(found)
    while open_tables:
        for key in catalog.by_name[open_tables.pop()].foreign_keys:
            if key.table not in found and key.table in catalog.by_name:
                found.add(key.table)
                open_tables.append(key.table)
    return found


def _part(catalog: Catalog, wanted: set[str]) -> Catalog:
    """The catalog of these tables and those they refer to: the rows of others need not be looked at."""
    near = {k.table for t in catalog.tables if t.name in wanted for k in t.foreign_keys}
    tables = tuple(t for t in catalog.tables if t.name in wanted | near or _is_part(t, wanted))
    return msgspec.structs.replace(catalog, tables=tables)


def _is_part(table: Table, wanted: set[str]) -> bool:
    return table.partition_of is not None and table.partition_of in wanted
