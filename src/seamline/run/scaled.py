"""A copy of the base in which the tables in question have many rows, to ask the planner there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from seamline.checks.context import Context
from seamline.data.compile import quote, table_sql
from seamline.data.dialect import NUMBERS, TEXTS
from seamline.engines.protocol import Address, Database, Server
from seamline.errors import SeamlineError
from seamline.model.catalog import Catalog, Table
from seamline.model.statement import Scan, SqlStatement
from seamline.rows.load import load
from seamline.run.equality import equalities

_ROWS, _REFERRED = 20_000, 2_000
_TOLD_APART, _FEW = 0.9, 5
"""Of a column that is no reference so many values must differ, in so many rows, to lead to few rows."""
_MOST = 300
"""So many texts of statements are looked at."""


class Scaled:
    """Says of statements which of them read all of a table that grows. A copy is made when one might.

    `grows` are the tables into which requests insert; None where nobody says.
    """

    def __init__(
        self, server: Server, base: Address, name: str, grows: frozenset[str] | None
    ) -> None:
        self._server, self._base, self._name, self._grows = server, base, name, grows
        self._stack = AsyncExitStack()
        self._known: dict[str, tuple[Scan, ...]] = {}
        self._indexed: frozenset[tuple[str, str]] = frozenset()
        self._telling: frozenset[tuple[str, str]] = frozenset()
        self._rows: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._is_empty = self._failed = False
        self._address: Address | None = None
        self._database: Database | None = None

    async def close(self) -> None:
        """Drop the copy; what was asked stays known."""
        self._failed = True
        await self._stack.aclose()

    async def scans(
        self, statements: Sequence[SqlStatement], catalog: Catalog
    ) -> tuple[Scan, ...] | None:
        """What the statements read of growing tables as a whole, each text asked once; None: not known."""
        found: dict[Scan, None] = {}
        for s in statements:
            if s.kind not in ("read", "write") or s.sqlstate or s.cut:
                continue
            if s.text not in self._known:
                if len(self._known) >= _MOST or self._failed:
                    return None if self._failed else tuple(found)
                try:
                    self._known[s.text] = await self._asked(s, catalog)
                except SeamlineError:
                    self._failed = True
                    return None
            found.update(dict.fromkeys(self._known[s.text]))
        return tuple(found)

    async def _asked(self, s: SqlStatement, catalog: Catalog) -> tuple[Scan, ...]:
        found = []
        for name, column in equalities(s.text, catalog):
            table = catalog.by_name[name]
            if table.partitioned or not self._may_grow(name):
                continue
            database = self._database or await self._copy(catalog)
            if (name, column) in self._indexed or not self._leads_to_few(table, column):
                continue
            rows = await self._filled(table, catalog)
            if rows < _ROWS // 2:
                continue
            told = await database.scanned(s.text, s.params or (), table, column)
            if told is not None:
                found.append(
                    Scan(
                        text=s.text,
                        table=name,
                        column=column,
                        rows=rows,
                        cost=told.cost,
                        indexed=told.indexed,
                    )
                )
        return tuple(found)

    async def _copy(self, catalog: Catalog) -> Database:
        self._address = await self._server.clone(self._base.name, self._name)
        self._stack.push_async_callback(self._server.drop, self._name)
        self._database = await self._stack.enter_async_context(self._server.open(self._address))
        self._indexed = await self._database.indexed()
        for table in catalog.tables:
            if self._may_grow(table.name):
                self._telling |= await _telling(self._database, table)
            else:
                (row,) = await self._database.query(f"SELECT count(*) AS n FROM {table_sql(table)}")
                self._sizes[table.name] = row["n"]
        return self._database

    def _may_grow(self, name: str) -> bool:
        return self._grows is None or name in self._grows

    def _many(self, name: str) -> int:
        """How many rows a table that is referred to gets: a list of words stays as short as in the seed."""
        return min(_REFERRED, self._sizes.get(name) or _REFERRED)

    def _leads_to_few(self, table: Table, column: str) -> bool:
        """Whether a value of the column is that of few rows: it refers to one, or they differ in the seed."""
        known = table.by_column[column]
        if known.base == "uuid" or any(k.columns[0] == column for k in table.foreign_keys):
            return True
        return (table.name, column) in self._telling

    async def _filled(self, table: Table, catalog: Catalog) -> int:
        """How many rows the table has in the copy, in which those that it refers to have many too."""
        if (
            table.name not in self._rows
            and self._address is not None
            and self._database is not None
        ):
            async with self._server.writer(self._address, catalog) as writer:
                if not self._is_empty:
                    await writer.empty([t for t in catalog.tables if t.partition_of is None])
                    self._is_empty = True
                counts = {name: self._many(name) for name in _referred(table, catalog)}
                made = await load(writer, catalog, {**counts, table.name: _ROWS})
            await self._database.analyze()
            self._rows[table.name] = len(made.rows.get(table.name, ()))
        return self._rows.get(table.name, 0)


def grows(contexts: Mapping[str, Context]) -> frozenset[str] | None:
    """The tables into which accepted requests insert, by the reviewed effects; None where there are none."""
    told = [c.effects for c in contexts.values() if c.effects]
    return frozenset(t for e in told for t, ops in e.items() if "insert" in ops) if told else None


async def _telling(database: Database, table: Table) -> frozenset[tuple[str, str]]:
    """The columns of a table in which nearly all rows of the seed differ."""
    names = [c.name for c in table.columns if c.base in NUMBERS | TEXTS]
    counts = "".join(
        f", count({quote(c)}) AS r{n}, count(DISTINCT {quote(c)}) AS d{n}"
        for n, c in enumerate(names)
    )
    (row,) = await database.query(f"SELECT count(*) AS rows{counts} FROM {table_sql(table)}")
    return frozenset(
        (table.name, c)
        for n, c in enumerate(names)
        if row[f"r{n}"] >= _FEW and row[f"d{n}"] >= _TOLD_APART * row[f"r{n}"]
    )


def _referred(table: Table, catalog: Catalog) -> list[str]:
    """The tables that a table's rows refer to, and those that theirs do."""
    found: dict[str, None] = {}
    left = [table]
    while left:
        for key in left.pop().foreign_keys:
            if key.table not in found and key.table != table.name and key.table in catalog.by_name:
                found[key.table] = None
                left.append(catalog.by_name[key.table])
    return list(found)
