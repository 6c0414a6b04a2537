"""Rows in bulk: every value arrives as it was, what is refused is told."""

from __future__ import annotations

from decimal import Decimal

from seamline.engines.protocol import Batch
from seamline.model.row import Row

from .lab import Lab

SCHEMA = """
CREATE TYPE pair AS (x int, y text);
CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t text, n numeric, b boolean, j jsonb,
    tags text[], m int[][], p pair, pp pair[], at timestamptz, js json[]);
CREATE TABLE small (id int PRIMARY KEY CHECK (id < 3));
"""
ROWS: list[Row] = [
    {
        "id": 7, "t": "tab\there\\N and \\ and\nline\r", "n": Decimal("1E+3"), "b": True,
        "j": {"a": [None, '"x\\']},
        "tags": ["a,b", 'q"u\\', None, "NULL", ""], "m": [[1, 2], [3, 4]], "p": {"x": 1, "y": "a,(b)\\\""},
        "pp": [{"x": None, "y": ""}, None], "at": "2024-01-01T00:00:00+00:00", "js": [{"k": 1}],
    },
    {
        "id": 8, "t": "\\N", "n": Decimal("0.10"), "b": False, "j": "text", "tags": [], "m": None, "p": None,
        "pp": None, "at": None, "js": None,
    },
    {
        "id": 9, "t": "", "n": None, "b": None, "j": 5, "tags": None, "m": None, "p": {"x": 2, "y": None},
        "pp": [], "at": None, "js": None,
    },
]  # fmt: skip


async def test_every_value_arrives_as_it_was_by_copy_and_row_by_row(database: Lab) -> None:
    await database.server.run_script(database.database.address, SCHEMA, "a.sql")
    catalog = await database.database.catalog()
    table = catalog.by_name["a"]
    batch = Batch(table=table, columns=tuple(ROWS[0]), rows=ROWS)
    async with database.server.writer(database.database.address, catalog) as writer:
        assert await writer.copy([batch]) == ""
        assert await writer.read(table, 10) == ROWS
        await database.client.run("TRUNCATE a")
        assert await writer.offer(batch, 5) == ("", "", "")
        assert await writer.read(table, 10) == ROWS
        await writer.advance(table)
        assert await writer.copy([Batch(table=table, columns=(), rows=[{}])]) == ""
        assert (await writer.read(table, 10))[-1]["id"] == 10


async def test_what_is_refused_is_told_and_leaves_nothing(database: Lab) -> None:
    await database.server.run_script(database.database.address, SCHEMA, "a.sql")
    catalog = await database.database.catalog()
    table = catalog.by_name["small"]
    batch = Batch(table=table, columns=("id",), rows=[{"id": n} for n in (1, 5, 1, 2, 0)])
    async with database.server.writer(database.database.address, catalog) as writer:
        assert "small_id_check" in await writer.copy([batch])
        assert await writer.read(table, 10) == []
        told = await writer.offer(batch, 2)
        assert [bool(why) for why in told] == [False, True, True, False]
        assert await writer.read(table, 10) == [{"id": 1}, {"id": 2}]
        assert await writer.holds(table, "(id * 2) > 3", [{"id": 1}, {"id": 2}]) == (False, True)
        assert await writer.holds(table, "1 / (id - 1) > 0", [{"id": 1}]) == ()
