"""One database, opened with Seamline's rights: its catalog, queries, capture."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from seamline.engines.postgresql.capture import capturing
from seamline.engines.postgresql.catalog import read_catalog
from seamline.engines.postgresql.image import decode
from seamline.engines.postgresql.plan import read_indexed, scanned
from seamline.engines.postgresql.session import TEXT_SETTINGS, Connection, connect, message
from seamline.engines.postgresql.snapshot import open_snapshot
from seamline.engines.postgresql.structure import ContentsReader, StructureReader
from seamline.engines.postgresql.watch import watching
from seamline.engines.protocol import Address, Capture, Locks, Scanned, Snapshot, Watch
from seamline.errors import TargetError
from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row
from seamline.model.structure import Contents, Structure, Thing

_SELECT = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|values|table)\b", re.I | re.S)
_SETTINGS = {
    **TEXT_SETTINGS,
    "statement_timeout": "60000",
    "lock_timeout": "10000",
    # The same statements come again with each case; planning them costs more than running them.
    "plan_cache_mode": "force_generic_plan",
}

_LOCKS = """
SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS name,
       bool_or(l.mode NOT IN ('AccessShareLock', 'RowShareLock')) AS writes
FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = %(backend)s AND l.locktype = 'relation' AND l.granted AND c.relkind IN ('r', 'p')
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
GROUP BY 1"""
_BLOCKED = "SELECT cardinality(pg_blocking_pids(%(backend)s)) > 0 AS blocked"


class OpenDatabase:
    """The `Database` of PostgreSQL. Use `open_database`."""

    def __init__(self, address: Address, conninfo: str, connection: Connection) -> None:
        self.address = address
        self._conninfo = conninfo
        self._connection = connection
        self._structure = StructureReader(connection)
        self._contents = ContentsReader(connection)

    async def catalog(self, only: Collection[str] | None = None) -> Catalog:
        """Everything that the database says of its tables now, or of those of that name."""
        return await read_catalog(self._connection, only)

    async def structure(self) -> Structure:
        """Everything that the database is made of now, with definitions."""
        return await self._structure.read()

    async def contents(self, tables: Sequence[Thing], most: int) -> dict[str, Contents]:
        """What tables hold now, by name; the rows themselves where there are at most `most`."""
        return await self._contents.read(tables, most)

    async def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of one statement, with values as row images have them (timestamps are ISO 8601 text, UTC).

        At most 60 s. Raises `TargetError` with the server's words when the statement fails.
        """
        if _SELECT.match(sql):
            text = sql.rstrip().rstrip(";")
            wrapped = f"SELECT row_to_json(_seam_q)::text FROM (\n{text}\n) AS _seam_q"
            try:
                rows = await (await self._connection.execute(_text(wrapped), params)).fetchall()
                return [decode(str(text)) for (text,) in rows]
            except psycopg.errors.FeatureNotSupported:
                pass  # WITH … DELETE … RETURNING may not stand in a subquery: run it as it is.
            except psycopg.Error as error:
                raise TargetError(message(error)) from error
        return await self._direct(sql, params)

    async def _direct(self, sql: str, params: Mapping[str, Any] | None) -> list[Row]:
        try:
            cursor = self._connection.cursor(row_factory=dict_row)
            await cursor.execute(_text(sql), params)
            found = await cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise TargetError(message(error)) from error
        return [{name: _plain(value) for name, value in row.items()} for row in found]

    async def indexed(self) -> frozenset[tuple[str, str]]:
        """The first column of each index, by table."""
        return await read_indexed(self._connection)

    async def analyze(self) -> None:
        """Let the planner know the rows as they are now."""
        await self._connection.execute(b"ANALYZE")

    async def scanned(
        self, text: str, params: Sequence[str | None], table: Table, column: str
    ) -> Scanned | None:
        """What reading a table row by row costs a statement, where an index on the column would spare it."""
        return await scanned(self._connection, text, params, table, column)

    async def locks(self, backend: int) -> Locks:
        """The tables that the open transaction of a server process holds locks on."""
        rows = await self._direct(_LOCKS, {"backend": backend})
        written = frozenset(str(r["name"]) for r in rows if r["writes"])
        return Locks(read=frozenset(str(r["name"]) for r in rows) - written, written=written)

    async def blocked(self, backend: int) -> bool:
        """Whether the statement of a server process waits for a lock of another one."""
        rows = await self._direct(_BLOCKED, {"backend": backend})
        return bool(rows and rows[0]["blocked"])

    def snapshot(self, check_s: float) -> AbstractAsyncContextManager[Snapshot]:
        """The database as it is now, over connections that only read."""
        return open_snapshot(self._conninfo, self.address.name, check_s=check_s)

    def capture(self) -> AbstractAsyncContextManager[Capture]:
        """Install capture, take the present as the base, and remove capture at the end."""
        return capturing(self._conninfo, self.address.name)

    def watch(self) -> AbstractAsyncContextManager[Watch]:
        """Watch what migrations do from here on."""
        return watching(self._conninfo, self.address.name)


def _text(sql: str) -> bytes:
    return sql.encode()


def _plain(value: object) -> object:
    """A value of the driver as JSON sees it."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if value is None or isinstance(value, (bool, int, str, Decimal, dict, list)):
        return value
    return str(value)


@asynccontextmanager
async def open_database(address: Address, conninfo: str) -> AsyncIterator[OpenDatabase]:
    """Connect to the database of `address` by `conninfo`, which says as whom."""
    connection = await connect(conninfo, address.name, _SETTINGS)
    try:
        yield OpenDatabase(address, conninfo, connection)
    finally:
        await connection.close()
