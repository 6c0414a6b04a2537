"""What a PostgreSQL database is made of, and what its tables hold, each in one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec
import psycopg

from seamline.engines.postgresql.session import Connection, message
from seamline.errors import TargetError
from seamline.model.structure import Contents, Structure, Thing

_THINGS = msgspec.json.Decoder(tuple[Thing, ...])
_ROWS = msgspec.json.Decoder(tuple[str, ...])


@cache
def _statement() -> bytes:
    return (files(__package__) / "structure.sql").read_bytes()


async def read_structure(connection: Connection) -> Structure:
    """All things of the connection's database but those of the engine, of extensions and our own."""
    try:
        # Prepared at once: to plan this statement takes longer than to run it.
        row = await (await connection.execute(_statement(), prepare=True)).fetchone()
    except psycopg.Error as error:
        raise TargetError(f"the structure cannot be read: {message(error)}") from error
    return {t.key: t for t in _THINGS.decode(str(row[0]) if row else "[]")}


async def read_contents(
    connection: Connection, tables: Sequence[Thing], most: int
) -> dict[str, Contents]:
    """What each of the tables holds, by name; the rows themselves where there are at most `most`.

    A row is hashed as jsonb: its keys have an order of their own, whatever that of the columns.
    """
    if not tables:
        return {}
    text = " UNION ALL ".join(_of_table(number, t.sql, most) for number, t in enumerate(tables))
    try:
        found = await (await connection.execute(text.encode(), prepare=False)).fetchall()
    except psycopg.Error as error:
        raise TargetError(f"rows cannot be read: {message(error)}") from error
    contents = {}
    for number, count, digest, rows in found:
        contents[tables[int(str(number))].name] = Contents(
            count=int(str(count)),
            digest=str(digest),
            rows=None if rows is None else _ROWS.decode(str(rows)),
        )
    return contents


def _of_table(number: int, table: str, most: int) -> str:
    image = "to_jsonb(_seam_t)::text"
    digest = f"coalesce(sum(('x' || left(md5({image}), 15))::bit(60)::bigint), 0)::text"
    rows = f"CASE WHEN count(*) <= {most} THEN coalesce(json_agg({image}), '[]')::text END"
    return f"SELECT {number}, count(*), {digest}, {rows} FROM {table} AS _seam_t"
