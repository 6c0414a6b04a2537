"""Rows written in bulk, as the system's ordinary role: COPY, and row by row where COPY is refused."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Any, cast

import msgspec
import psycopg
from psycopg import sql

from seamline.engines.postgresql.image import decode
from seamline.engines.postgresql.literal import column_texts, literal
from seamline.engines.postgresql.session import TEXT_SETTINGS, Connection, connect, message
from seamline.engines.protocol import Address, Batch
from seamline.errors import TargetError
from seamline.model.catalog import Catalog, Column, Table
from seamline.model.row import Row

_SETTINGS = {**TEXT_SETTINGS, "statement_timeout": "60000", "lock_timeout": "10000"}
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_BLOCK = 2000
_SERIAL = re.compile(r"nextval\('((?:[^']|'')+)'::regclass\)")
_DROPPED = "the database dropped a row without a word"  # a BEFORE trigger that returns null

# Never backwards, and not where the sequence's bounds would refuse it.
_ADVANCE = """
    SELECT setval(s.seqrelid, top.value)
    FROM pg_sequence s, (SELECT max({column})::bigint AS value FROM {table}) top
    WHERE s.seqrelid = {sequence} AND s.seqincrement > 0 AND top.value BETWEEN s.seqmin AND s.seqmax
      AND top.value >= coalesce(pg_sequence_last_value(s.seqrelid) + 1, s.seqstart)
"""


class _Dropped(Exception):
    pass


class CopyWriter:
    """The `Writer` of PostgreSQL. Use `open_writer`."""

    def __init__(self, connection: Connection, catalog: Catalog) -> None:
        self._connection = connection
        self._types = catalog.by_type

    async def read(self, table: Table, limit: int) -> list[Row]:
        """At most `limit` rows that the table holds, by primary key."""
        order = ", ".join(_name(c) for c in table.primary_key) or "ctid"
        if table.partitioned and not table.primary_key:
            order = "tableoid, ctid"
        query = f"SELECT row_to_json(_seam_q)::text FROM {table.sql} _seam_q ORDER BY {order} LIMIT {limit}"
        try:
            found = await (await self._connection.execute(query.encode())).fetchall()
        except psycopg.Error as error:
            raise TargetError(f"{table.name}: {message(error)}") from error
        return [decode(str(text)) for (text,) in found]

    async def copy(self, batches: Sequence[Batch]) -> str:
        """Write all rows of all batches or none; why the database refused them, or ''."""
        try:
            async with self._connection.transaction():
                if len(batches) > 1:
                    await self._connection.execute("SET CONSTRAINTS ALL DEFERRED")
                for batch in batches:
                    await self._copy(batch)
                await self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except _Dropped:
            return _DROPPED
        except psycopg.Error as error:
            return self._reason(error)
        return ""

    def _reason(self, error: psycopg.Error) -> str:
        if self._connection.closed:
            raise TargetError(f"rows cannot be written: {message(error)}") from error
        return message(error)

    async def _copy(self, batch: Batch) -> None:
        if not batch.columns:
            for _ in batch.rows:
                await self._connection.execute(self._insert(batch))
            return
        names = ", ".join(map(_name, batch.columns))
        command = f"COPY {batch.table.sql} ({names}) FROM STDIN"
        async with self._connection.cursor() as cursor:
            async with cursor.copy(command.encode()) as copy:
                for block in self._lines(batch):
                    await copy.write(block)
            if cursor.rowcount != len(batch.rows):
                raise _Dropped

    def _lines(self, batch: Batch) -> Iterator[bytes]:
        """The rows in COPY's text format, some thousand at a time."""
        writers = [
            (name, literal(batch.table.by_column[name].type, self._types)) for name in batch.columns
        ]
        rows = iter(batch.rows)
        while block := list(islice(rows, _BLOCK)):
            columns = [
                _copied(column_texts([row[name] for row in block], write))
                for name, write in writers
            ]
            yield ("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n").encode()

    async def holds(self, table: Table, condition: str, rows: Sequence[Row]) -> tuple[bool, ...]:
        """Which rows do not violate `condition` (null is no violation); () where it cannot be told."""
        source = f"json_populate_recordset(NULL::{table.sql}, $1) AS _seam_row"
        query = f"SELECT ({condition}) IS NOT FALSE FROM {source}"
        document = _ENCODE(rows).decode()
        try:
            async with psycopg.AsyncRawCursor(self._connection) as cursor:
                await cursor.execute(query.encode(), [document])
                return tuple(bool(row[0]) for row in await cursor.fetchall())
        except psycopg.Error as error:
            self._reason(error)
            return ()

    async def offer(self, batch: Batch, enough: int) -> tuple[str, ...]:
        """Write rows one by one until `enough` are in; per row tried why it was refused, or ''."""
        statement = self._insert(batch)
        writers = [
            (name, literal(batch.table.by_column[name].type, self._types)) for name in batch.columns
        ]
        told: list[str] = []
        try:
            async with self._connection.transaction():
                await self._connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for row in batch.rows:
                    if told.count("") >= enough:
                        break
                    told.append(await self._one(statement, [w(row[n]) for n, w in writers]))
        except psycopg.Error as error:
            raise TargetError(f"rows cannot be written: {message(error)}") from error
        return tuple(told)

    async def _one(self, statement: bytes, values: list[Any]) -> str:
        try:
            async with self._connection.transaction():
                cursor = await self._connection.execute(statement, values)
                return "" if cursor.rowcount == 1 else _DROPPED
        except psycopg.Error as error:
            return self._reason(error)

    def _insert(self, batch: Batch) -> bytes:
        if not batch.columns:
            return f"INSERT INTO {batch.table.sql} DEFAULT VALUES".encode()
        names = ", ".join(map(_name, batch.columns)).replace("%", "%%")
        places = ", ".join(["%s"] * len(batch.columns))
        table = batch.table.sql.replace("%", "%%")
        return f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE VALUES ({places})".encode()

    async def empty(self, tables: Sequence[Table]) -> None:
        """Remove all rows of tables to which no table that is not among them refers."""
        if not tables:
            return
        try:
            names = ", ".join(table.sql for table in tables)
            await self._connection.execute(f"TRUNCATE {names}".encode())
        except psycopg.Error as error:
            raise TargetError(f"rows cannot be removed: {message(error)}") from error

    async def advance(self, table: Table) -> None:
        """Let the sequences of the table's columns go on behind the highest value that a row holds."""
        for column in table.columns:
            sequence = _sequence(table, column)
            if sequence is None:
                continue
            statement = sql.SQL(_ADVANCE).format(
                column=sql.Identifier(column.name), table=sql.SQL(table.sql), sequence=sequence
            )
            try:
                await self._connection.execute(statement)
            except psycopg.Error as error:
                raise TargetError(f"{table.name}.{column.name}: {message(error)}") from error


def _sequence(table: Table, column: Column) -> sql.Composable | None:
    """SQL for the sequence that fills the column, as regclass."""
    if column.identity:
        call = sql.SQL("pg_get_serial_sequence({}, {})::regclass")
        return call.format(sql.Literal(table.sql), sql.Literal(column.name))
    serial = _SERIAL.fullmatch(column.default or "")
    return sql.SQL("'{}'::regclass").format(sql.SQL(serial.group(1))) if serial else None


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _copied(texts: list[str | None]) -> list[str]:
    """One column in COPY's text format."""
    plain = ["\\N" if text is None else text for text in texts] if None in texts else texts
    if not _SPECIAL.search("".join(text for text in texts if text is not None)):
        return cast("list[str]", plain)
    return ["\\N" if text is None else text.translate(_ESCAPES) for text in texts]


@asynccontextmanager
async def open_writer(address: Address, catalog: Catalog) -> AsyncIterator[CopyWriter]:
    """Connect to `address` as the system does."""
    connection = await connect(address.url, settings=_SETTINGS)
    try:
        yield CopyWriter(connection, catalog)
    finally:
        await connection.close()
