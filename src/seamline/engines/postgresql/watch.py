"""Watches what migrations do, over a connection of our own. The work is done in `watch.sql`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import cast

import psycopg

from seamline.engines.postgresql.session import TEXT_SETTINGS, Connection, connect, message
from seamline.errors import TargetError
from seamline.model.structure import Thing
from seamline.model.worked import Blocks, Hold, Worked

_SETTINGS = {
    **TEXT_SETTINGS,
    "statement_timeout": "600000",
    "lock_timeout": "10000",
    # Rows are copied from rows that satisfy everything: neither references nor triggers need to look.
    "session_replication_role": "replica",
}
_MODES: tuple[tuple[str, str, Blocks], ...] = (
    ("AccessShareLock", "ACCESS SHARE", "nothing"),
    ("RowShareLock", "ROW SHARE", "nothing"),
    ("RowExclusiveLock", "ROW EXCLUSIVE", "nothing"),
    ("ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE", "nothing"),
    ("ShareLock", "SHARE", "writes"),
    ("ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE", "writes"),
    ("ExclusiveLock", "EXCLUSIVE", "writes"),
    ("AccessExclusiveLock", "ACCESS EXCLUSIVE", "reads and writes"),
)
_HOLDS = {mode: (rank, Hold(lock=lock, blocks=b)) for rank, (mode, lock, b) in enumerate(_MODES)}
_LOG = b"""
    SELECT transaction, kind, statement, started, ended, begun, had, held, read, written, rewritten
    FROM seamline_watch.log ORDER BY number
"""
# An index of a partitioned table, or of a partition, may rightly wait for its counterparts.
_INVALID = b"""
    SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisvalid AND c.relkind = 'i'
      AND NOT EXISTS (SELECT FROM pg_class t WHERE t.oid = i.indrelid AND t.relispartition)
    ORDER BY 1
"""


class TableWatch:
    """The `Watch` of PostgreSQL. Use `watching`."""

    last_words = "SELECT seamline_watch.last_words()"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin(self, bookkeeping: Collection[str] = ()) -> None:
        """All tables that stand now are watched; what was told before is forgotten."""
        await self._execute(b"SELECT seamline_watch.know(%s::text[])", (sorted(bookkeeping),))

    async def told(self) -> tuple[Worked, ...]:
        """What statements did since `begin`, in their order."""
        return tuple(map(_worked, await self._execute(_LOG)))

    async def count(self, table: Thing) -> int:
        """How many rows a table holds."""
        return int(str((await self._execute(f"SELECT count(*) FROM {table.sql}".encode()))[0][0]))

    async def grow(self, table: Thing, rows: int) -> int:
        """Copy a table's rows until there are about so many; how many there are. Where the database refuses
        copies, those that were there."""
        have = await self.count(table)
        if not have or have >= rows:
            return have
        ((columns, expressions),) = await self._execute(
            b"SELECT * FROM seamline_watch.copied(%s::regclass)", (table.sql,)
        )
        if columns is None:
            return have
        copy = (
            f"INSERT INTO {table.sql} ({columns}) SELECT {expressions} FROM {table.sql} s,"
            f" generate_series(1, {rows // have - 1}) g"
        )
        try:
            await self._connection.execute(copy.encode())
        except psycopg.Error:
            return have
        await self._execute(f"ANALYZE {table.sql}".encode())
        return have * (rows // have)

    async def empty(self, tables: Sequence[Thing]) -> None:
        """Remove all rows of tables, and of those that refer to them."""
        if tables:
            names = ", ".join(t.sql for t in tables)
            await self._execute(f"TRUNCATE {names} CASCADE".encode())

    async def invalid_indexes(self) -> tuple[str, ...]:
        """Indexes that were begun and that nothing uses."""
        return tuple(str(name) for (name,) in await self._execute(_INVALID))

    async def _execute(
        self, text: bytes, params: Sequence[object] = ()
    ) -> Sequence[tuple[object, ...]]:
        try:
            cursor = await self._connection.execute(text, params or None)
            return await cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise TargetError(f"the migration cannot be watched: {message(error)}") from error


def _worked(row: tuple[object, ...]) -> Worked:
    transaction, kind, statement, started, ended, begun, had, held, read, written, rewritten = row
    before = _strongest_of(had)
    return Worked(
        transaction=str(transaction),
        kind=str(kind),
        statement=str(statement),
        started_ms=float(str(started)),
        ended_ms=float(str(ended)),
        begun_ms=float(str(begun)),
        had=frozenset(table for table, hold in before.items() if hold.blocks != "nothing"),
        held=_strongest_of(held),
        read=cast("Mapping[str, int]", read),
        written=cast("Mapping[str, int]", written),
        rewritten=tuple(dict.fromkeys(cast("list[str]", rewritten))),
    )


def _strongest_of(modes: object) -> dict[str, Hold]:
    by_table = cast("Mapping[str, list[str]]", modes)
    return {table: _strongest(found) for table, found in sorted(by_table.items())}


def _strongest(modes: Iterable[str]) -> Hold:
    return max((_HOLDS[m] for m in modes), key=lambda ranked: ranked[0])[1]


@asynccontextmanager
async def watching(conninfo: str, name: str) -> AsyncIterator[TableWatch]:
    """Watch the migrations of a database that is thrown away afterwards: nothing is taken out again."""
    connection = await connect(conninfo, name, _SETTINGS)
    try:
        try:
            await connection.execute((files(__package__) / "watch.sql").read_bytes())
        except psycopg.errors.InsufficientPrivilege as error:
            raise TargetError("only a superuser's URL lets migrations be watched") from error
        except psycopg.Error as error:
            raise TargetError(f"the migration cannot be watched: {message(error)}") from error
        yield TableWatch(connection)
    finally:
        await connection.close()
