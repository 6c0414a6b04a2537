"""One database read as it is at one moment, by a path that cannot write.

What holds it to that, beside the role's own rights: the transaction is READ ONLY, and its snapshot is
taken before the first statement of others, after which PostgreSQL lets nobody turn that off; each
statement is the inside of a SELECT of ours and goes by the extended protocol, which takes one statement
and no more; it runs in a subtransaction, which cannot be less read-only than the one around it; and at
the end all is rolled back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from seamline.engines.postgresql.binaries import SUPPORTED
from seamline.engines.postgresql.catalog import read_catalog
from seamline.engines.postgresql.image import decode
from seamline.engines.postgresql.session import TEXT_SETTINGS, Connection, connect, message
from seamline.errors import ConnectionLost, TargetError
from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row

_CONNECTIONS = 2
_BEGIN = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_SETTINGS = {
    **TEXT_SETTINGS,
    "default_transaction_read_only": "on",
    "lock_timeout": "10000",
    "work_mem": "64MB",  # distinct values are counted by sorting
    "jit": "off",  # compiling dozens of conditions costs more than it saves
}
_PAGES = """
SELECT CASE WHEN c.relkind = 'r' AND NOT c.relhassubclass AND a.amname = 'heap'
    THEN pg_relation_size(c.oid) / 8192 ELSE 0 END AS pages
FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam WHERE c.oid = to_regclass(%(name)s)
"""


class OpenSnapshot:
    """The `Snapshot` of PostgreSQL. Use `open_snapshot`."""

    engine = "postgresql"

    def __init__(self, conninfo: str, database: str | None, check_s: float) -> None:
        self._conninfo = conninfo
        self._database = database
        self._check_s = check_s
        self._connections: list[Connection] = []

    @property
    def origin(self) -> str:
        """The server and its version, for people."""
        info = self._connections[0].info
        version = (info.parameter_status("server_version") or "").split(" ")[0]
        return f"PostgreSQL {version} at {info.host or 'this machine'}:{info.port}"

    @property
    def name(self) -> str:
        """The database's name."""
        return self._connections[0].info.dbname

    async def begin(self) -> None:
        """Connect, and take the snapshot."""
        connection = await self._connect()
        self._connections.append(connection)
        major = connection.info.server_version // 10_000
        if major not in SUPPORTED:
            raise TargetError(f"PostgreSQL {major} is not supported: 15 to 18 are")
        await connection.execute(_BEGIN)
        cursor = await connection.execute("SELECT current_setting('transaction_read_only')")
        if await cursor.fetchone() != ("on",):
            raise TargetError("the server does not give a transaction that only reads")

    async def end(self) -> None:
        """Roll back and close."""
        for connection in self._connections:
            await connection.close()  # a transaction that is open then is rolled back

    async def _connect(self) -> Connection:
        timeout = {"statement_timeout": str(round(self._check_s * 1000))}
        connection = await connect(self._conninfo, self._database, _SETTINGS | timeout)
        connection.prepare_threshold = None
        return connection

    async def catalog(self) -> Catalog:
        """Everything that the database says of its tables."""
        return await read_catalog(self._connections[0])

    async def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of one SELECT, with values as row images have them. A failure ends nothing but itself."""
        return await self._ask(self._connections[0], sql, params)

    async def _ask(
        self, connection: Connection, sql: str, params: Mapping[str, Any] | None
    ) -> list[Row]:
        text = f"SELECT row_to_json(_seam_q)::text FROM (\n{sql}\n) AS _seam_q"
        try:
            await connection.execute("SAVEPOINT seam")
            try:
                # In binary, since only the extended protocol has that.
                cursor = await connection.execute(text.encode(), params or {}, binary=True)
                found = [decode(str(row)) for (row,) in await cursor.fetchall()]
            except BaseException:
                if not connection.closed:
                    await connection.execute("ROLLBACK TO seam")
                raise
            finally:
                if not connection.closed:
                    await connection.execute("RELEASE seam")
        except psycopg.errors.QueryCanceled as error:
            if "statement timeout" not in message(error):
                raise TargetError(message(error)) from error
            raise TargetError(
                f"no answer within {self._check_s:g} s ([limits] data_check_s in seamline.toml)"
            ) from error
        except psycopg.Error as error:
            if connection.closed:
                raise ConnectionLost(f"the database is gone: {message(error)}") from error
            raise TargetError(message(error)) from error
        return found

    async def pages(self, table: Table) -> int:
        """How many pages a table has; 0 where it is not one heap of its own."""
        rows = await self.query(_PAGES, {"name": table.sql})
        return int(rows[0]["pages"]) if rows else 0

    async def together(
        self, statements: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> list[list[Row]]:
        """The rows of each statement, sent over several connections that see one state.

        Raises what the first failure was, when all that was sent has been answered.
        """
        await self._join(min(_CONNECTIONS, len(statements)))
        answers: list[list[Row]] = [[] for _ in statements]
        left = list(range(len(statements)))[::-1]
        failures: list[TargetError] = []

        async def work(connection: Connection) -> None:
            while left and not failures:
                number = left.pop()
                try:
                    answers[number] = await self._ask(connection, *statements[number])
                except TargetError as error:
                    failures.append(error)

        async with asyncio.TaskGroup() as group:
            for connection in self._connections:
                group.create_task(work(connection))
        if failures:
            raise failures[0]
        return answers

    async def _join(self, wanted: int) -> None:
        """Open connections that see what the first one sees; fewer where the server gives no more."""
        missing = wanted - len(self._connections)
        if missing <= 0:
            return
        try:
            cursor = await self._connections[0].execute("SELECT pg_export_snapshot()")
            row = await cursor.fetchone()
        except psycopg.Error as error:
            raise ConnectionLost(f"the database is gone: {message(error)}") from error
        for _ in range(missing):
            try:
                connection = await self._connect()
            except TargetError:
                return
            self._connections.append(connection)
            await connection.execute(_BEGIN)
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{row[0] if row else ''}'".encode())


@asynccontextmanager
async def open_snapshot(
    conninfo: str, database: str | None = None, *, check_s: float
) -> AsyncIterator[OpenSnapshot]:
    """A database as it is now; a statement that takes longer than `check_s` fails.

    Raises `TargetError` when it cannot be reached.
    """
    snapshot = OpenSnapshot(conninfo, database, check_s)
    try:
        await snapshot.begin()
        yield snapshot
    except psycopg.Error as error:  # of a statement that is ours: it is the server that is wrong
        raise TargetError(message(error)) from error
    finally:
        await snapshot.end()
