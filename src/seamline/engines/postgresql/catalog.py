"""The catalog of one PostgreSQL database, read in two round trips.

Type names are SQL's: `character varying(40)`, base `character varying`. Each table keeps its checks
and those of its columns' domains, the latter named `column.constraint`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from importlib.resources import files

import msgspec

from seamline.engines.postgresql.session import Connection
from seamline.model.catalog import Catalog, Table, Type

_TABLES = msgspec.json.Decoder(tuple[Table, ...])
_TYPES = msgspec.json.Decoder(tuple[Type, ...])


@cache
def _statement(file: str) -> bytes:
    return (files(__package__) / file).read_bytes()


async def read_catalog(connection: Connection, only: Collection[str] | None = None) -> Catalog:
    """All tables of the connection's database but those of the engine, of extensions and our own; where
    `only` is given, those of that name."""
    names = None if only is None else sorted(only)
    version = connection.info.parameter_status("server_version") or ""
    return Catalog(
        engine="postgresql",
        version=version.split(" ")[0],
        tables=_TABLES.decode(await _ask(connection, "catalog.sql", {"only": names})),
        types=_TYPES.decode(await _ask(connection, "types.sql")),
    )


async def _ask(
    connection: Connection, file: str, params: dict[str, list[str] | None] | None = None
) -> str:
    # Prepared: to plan these takes longer than to run them, and a walk asks after each revision.
    row = await (await connection.execute(_statement(file), params, prepare=True)).fetchone()
    return str(row[0]) if row else "[]"
