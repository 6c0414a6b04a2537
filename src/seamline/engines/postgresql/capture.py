"""Row images and undo of one database, over a connection of our own. The work is done in `capture.sql`.

Large objects are out of scope (no trigger sees them), and so are tables of other servers. Triggers
that the system itself set to ENABLE ALWAYS or ENABLE REPLICA also fire when rows are put back.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from importlib.resources import files

import psycopg

from seamline.engines.postgresql.image import Image, Relation, net_changes
from seamline.engines.postgresql.session import TEXT_SETTINGS, Connection, connect, message
from seamline.engines.protocol import Seen
from seamline.errors import TargetError, UndoImpossible

SCHEMA = "seamline_capture"
_COMMENT = "Row capture of Seamline; removed at the end of a run."
_VACUUM_AFTER = 1000
"""Log rows taken away before the log is vacuumed (1.5 ms): so it stays a few pages long."""

_TRIES = 5
"""So often capture comes or goes again where the system, which writes meanwhile, ended it by a deadlock."""

_SETTINGS = {
    **TEXT_SETTINGS,
    "search_path": "pg_catalog",
    # Once for the connection, not in each call: a change of it throws all cached plans away.
    "session_replication_role": "replica",
    "seamline.off": "on",
    "jit": "off",
    "lock_timeout": "3s",
    "row_security": "off",
    "check_function_bodies": "off",
    "client_min_messages": "warning",
    "plan_cache_mode": "force_generic_plan",
}

_TABLES = """
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
      AND n.nspname NOT IN ('information_schema', %(schema)s)
      AND NOT (n.nspname = 'seamline' AND c.relname = 'mark_of_test_database')
"""
_RELATIONS = (
    """
    WITH RECURSIVE root AS (
        SELECT c.oid, c.oid AS top """
    + _TABLES
    + """ AND NOT c.relispartition
        UNION ALL
        SELECT i.inhrelid, r.top FROM root r JOIN pg_inherits i ON i.inhparent = r.oid
        JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition
    )
    SELECT r.oid, CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
        ARRAY(SELECT a.attname FROM pg_index x
              CROSS JOIN generate_series(0, x.indnkeyatts - 1) AS k
              JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[k]
              WHERE x.indrelid = c.oid AND x.indisprimary ORDER BY k)::text[]
    FROM root r JOIN pg_class c ON c.oid = r.top JOIN pg_namespace n ON n.oid = c.relnamespace
    """
)


class RowCapture:
    """The `Capture` of PostgreSQL. Use `capturing`."""

    def __init__(self, connection: Connection, database: str) -> None:
        self._connection = connection
        self._database = database
        self._schema = SCHEMA
        self._relations: dict[int, Relation] = {}
        self._since = ""
        self._held = ""
        self._logged = 0

    async def install(self) -> None:
        """Put capture into the database, in place of what a killed run may have left, and take the base.

        Raises `TargetError` when we lack the rights or somebody holds a table for more than 3 s.
        """

        async def whole() -> None:
            async with self._connection.transaction():
                await self._install()

        try:
            await _through_deadlocks(whole)
            await self.mark()
        except psycopg.errors.InsufficientPrivilege as error:
            raise TargetError(
                f"row capture in {self._database} needs a superuser, or the tables' owner with "
                f"GRANT SET ON PARAMETER session_replication_role: {message(error)}"
            ) from error
        except psycopg.Error as error:
            raise TargetError(
                f"row capture cannot be installed in {self._database}: {message(error)}"
            ) from error

    async def _install(self) -> None:
        await self.remove()
        self._schema = await self._free_schema()
        run = self._connection.execute
        for part in ("capture.sql", "capture_install.sql"):
            text = (files(__package__) / part).read_text("utf-8")
            await run(text.replace(SCHEMA, self._schema).encode())
        named = {"schema": self._schema}
        await run(
            f"SELECT {self._schema}.attach(c.oid) FROM (SELECT c.oid {_TABLES} "
            "ORDER BY c.relkind, c.oid) c".encode(),
            named,
        )
        await run(f"SELECT {self._schema}.build_sequences()".encode())
        rows = await (await run(_RELATIONS.encode(), named)).fetchall()
        self._relations = {
            int(str(oid)): Relation(table=str(name), key=tuple(key))  # type: ignore[arg-type]
            for oid, name, key in rows
        }
        await run(f"SELECT {self._schema}.build_structure()".encode())
        self._observe = (
            f"SELECT upto, still_open, structure, (img).* FROM {self._schema}.observe(%s, %s)"
        )
        self._undo = f"SELECT upto, touched, logged FROM {self._schema}.undo()"

    async def _free_schema(self) -> str:
        rows = await (await self._connection.execute("SELECT nspname FROM pg_namespace")).fetchall()
        taken = {name for (name,) in rows}
        names = (SCHEMA if n == 0 else f"{SCHEMA}_{n}" for n in range(len(taken) + 1))
        return next(name for name in names if name not in taken)

    async def remove(self) -> None:
        """Take capture out of the database again: triggers, functions, log."""
        ours = await self._connection.execute(
            "SELECT quote_ident(nspname) FROM pg_namespace "
            "WHERE obj_description(oid, 'pg_namespace') = %s",
            (_COMMENT,),
        )
        for (name,) in await ours.fetchall():
            await self._connection.execute(f"DROP SCHEMA {name} CASCADE".encode())

    async def mark(self) -> None:
        """Make the present the base. After DDL, new tables are captured from here on."""
        try:
            upto, structure = await self._one(f"SELECT upto, structure FROM {self._schema}.mark()")
        except psycopg.Error as error:
            raise TargetError(f"row capture failed: {message(error)}") from error
        if structure:
            await self.install()
        else:
            self._since = str(upto)

    async def observe(self, settle_s: float) -> Seen:
        """The net row changes since the last `observe` or `mark`; waits at most `settle_s` seconds.

        A partition's rows are reported under the table that it is a partition of.
        """
        try:
            cursor = await self._connection.execute(
                self._observe.encode(), (self._since, settle_s), prepare=True
            )
            (upto, still_open, structure, *_), *rows = await cursor.fetchall()
        except psycopg.Error as error:
            raise TargetError(f"row capture failed: {message(error)}") from error
        self._since = str(upto)
        images = [_image(row) for row in rows]
        known = [i for i in images if i.relid in self._relations]
        return Seen(
            changes=net_changes(known, self._relations) if known else (),
            open_transactions=tuple(still_open or ()),  # type: ignore[arg-type]
            structure_changed=str(structure or ""),
        )

    async def undo(self) -> int:
        """Put every row and sequence back to the base; the number of rows touched.

        Raises `UndoImpossible` when only a fresh clone helps; rows are then as the system left them.
        """
        try:
            upto, touched, logged = await self._one(self._undo)
        except psycopg.Error as error:
            if self._connection.closed:
                raise TargetError(f"row capture failed: {message(error)}") from error
            raise UndoImpossible(f"rows cannot be put back: {message(error)}") from error
        self._since = str(upto)
        self._logged += int(str(logged))
        if self._logged >= _VACUUM_AFTER:
            self._logged = 0
            with suppress(psycopg.errors.LockNotAvailable):  # the next time will do
                await self._connection.execute(f"VACUUM {self._schema}.log".encode())
        return int(str(touched))

    async def hold(self) -> None:
        """Make the present the base until `release`; what was changed so far is undone after that."""
        try:
            (upto,) = await self._one(f"SELECT upto FROM {self._schema}.hold()")
        except psycopg.Error as error:
            raise TargetError(f"row capture failed: {message(error)}") from error
        self._held, self._since = self._since, str(upto)

    async def release(self) -> None:
        """Go on from the base before `hold`; `observe` tells again what it had not told by then."""
        try:
            await self._one(f"SELECT {self._schema}.release()")
        except psycopg.Error as error:
            raise TargetError(f"row capture failed: {message(error)}") from error
        self._since = self._held

    async def skip(self) -> None:
        """Use up a value of each sequence until `undo`."""
        try:
            await self._one(f"SELECT {self._schema}.skip()")
        except psycopg.Error as error:
            raise TargetError(f"row capture failed: {message(error)}") from error

    async def close(self) -> None:
        """Remove capture, ending transactions that would keep us from it, as far as that works."""
        try:
            await self._connection.execute(f"SELECT {self._schema}.end_open()".encode())
            await _through_deadlocks(self.remove)
        except psycopg.Error as error:
            # Closed: the database or its server is gone, and capture with it.
            if not self._connection.closed:
                raise TargetError(f"row capture cannot be removed: {message(error)}") from error

    async def _one(self, text: str) -> tuple[object, ...]:
        row = await (await self._connection.execute(text.encode(), prepare=True)).fetchone()
        if row is None:
            raise psycopg.DataError("no row")
        return row


async def _through_deadlocks(work: Callable[[], Awaitable[None]]) -> None:
    for _ in range(_TRIES - 1):
        with suppress(psycopg.errors.DeadlockDetected):
            await work()
            return
    await work()


def _image(row: tuple[object, ...]) -> Image:
    _, _, _, relid, seq, firing, txid, added, text = row
    return Image(
        relid=int(str(relid)),
        seq=int(str(seq)),
        firing=int(str(firing)),
        txid=int(str(txid)),
        added=bool(added),
        text=str(text),
    )


@asynccontextmanager
async def capturing(conninfo: str, database: str) -> AsyncIterator[RowCapture]:
    """Capture in `database`, installed by the administrator of `conninfo` and removed at the end."""
    try:
        connection = await connect(conninfo, database, _SETTINGS)
    except TargetError as error:
        raise TargetError(
            f"{error} (row capture needs a superuser or "
            "GRANT SET ON PARAMETER session_replication_role)"
        ) from error
    try:
        capture = RowCapture(connection, database)
        await capture.install()
        try:
            yield capture
        finally:
            if not connection.closed:
                await capture.close()
    finally:
        await connection.close()
