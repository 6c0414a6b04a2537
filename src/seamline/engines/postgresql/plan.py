"""How the server would carry out a statement, and how with one index more: asked, never carried out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from psycopg import sql

from seamline.engines.postgresql.session import Connection
from seamline.engines.protocol import Scanned
from seamline.model.catalog import Table

_NAME = "seam_plan"
_SETTINGS = """
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL jit = off;
SET LOCAL search_path = public;
"""
_INDEXED = """
SELECT CASE WHEN n.nspname = 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END, a.attname
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
WHERE x.indisvalid AND n.nspname NOT IN ('pg_catalog', 'pg_toast')
"""


async def read_indexed(connection: Connection) -> frozenset[tuple[str, str]]:
    """(table, column) of each index's first column, where it is one; partial ones too."""
    rows = await (await connection.execute(_INDEXED.encode())).fetchall()
    return frozenset((str(table), str(column)) for table, column in rows)


async def scanned(
    connection: Connection, text: str, params: Sequence[str | None], table: Table, column: str
) -> Scanned | None:
    """What the plan reads one by one of a table that an index on the column would spare it.

    None where it reads it in another way, or would even so, and where the statement cannot be planned.
    """
    index = sql.SQL("CREATE INDEX seam_plan_index ON {} ({})").format(
        sql.SQL(table.sql), sql.Identifier(column)
    )
    try:
        async with connection.transaction(force_rollback=True):
            await connection.execute(_SETTINGS.encode())
            asked = await _asked(connection, text, params)
            before = await _plan(connection, asked)
            rows = [n for n in _nodes(before) if n.get("Node Type") == "Seq Scan"]
            own = [n for n in rows if n.get("Relation Name") == table.name.rpartition(".")[2]]
            if not own:
                return None
            await connection.execute(index)
            after = await _plan(connection, asked)
            if not any(n.get("Index Name") == "seam_plan_index" for n in _nodes(after)):
                return None
            return Scanned(cost=before["Total Cost"], indexed=after["Total Cost"])
    except psycopg.Error:
        return None
    finally:
        if params and not connection.closed:
            await connection.execute(b"DEALLOCATE ALL")


async def _asked(connection: Connection, text: str, params: Sequence[str | None]) -> str:
    """What stands behind EXPLAIN: the statement itself, or a prepared one with its values."""
    text = text.rstrip().rstrip(";")
    if not params:
        return text
    await connection.execute(f"PREPARE {_NAME} AS {text}".encode())
    values = ", ".join(sql.Literal(p).as_string(connection) for p in params)
    return f"EXECUTE {_NAME} ({values})"


async def _plan(connection: Connection, asked: str) -> dict[str, Any]:
    found = await (await connection.execute(f"EXPLAIN (FORMAT JSON) {asked}".encode())).fetchone()
    told: Any = found[0] if found else []
    (whole,) = json.loads(told) if isinstance(told, str) else told
    plan: dict[str, Any] = whole["Plan"]
    return plan


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
