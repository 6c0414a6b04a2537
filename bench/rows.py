"""100,000 rows made for a table of 20 columns and written, against a bare COPY of the same bytes."""

from __future__ import annotations

import time

import psycopg
from measure import Measure, measure

from seamline.engines.protocol import Address, Server
from seamline.engines.registry import engine_for
from seamline.rows.load import load
from seamline.system.workspace import workspace

ROWS = 100_000
ROUNDS = 3
_GOAL = 3.0
_TABLES = """
CREATE TABLE owner (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
INSERT INTO owner (name) SELECT 'owner ' || i FROM generate_series(1, 100) i;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id bigint NOT NULL REFERENCES owner,
    sku text NOT NULL UNIQUE,
    email varchar(120) NOT NULL,
    title varchar(80) NOT NULL,
    description text,
    price numeric(9,2) NOT NULL CHECK (price >= 0),
    quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 500),
    weight double precision,
    is_active boolean NOT NULL DEFAULT true,
    mood mood NOT NULL,
    token uuid NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL,
    born date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL CHECK (updated_at IS NOT NULL),
    note text,
    country char(2) NOT NULL,
    rating smallint
);
"""


async def run() -> list[Measure]:
    """The measure of this file."""
    made: list[float] = []
    bare: list[float] = []
    with workspace() as space:
        folder = space.subfolder("database")
        async with engine_for("postgresql").private(folder, space.record) as server:
            for number in range(ROUNDS + 1):
                ours, theirs = await _round(server, f"rows_{number}")
                if number:
                    made.append(ours)
                    bare.append(theirs)
    return [measure("rows-100k-vs-copy", _GOAL, made, bare)]


async def _round(server: Server, name: str) -> tuple[float, float]:
    """Seconds to make and write the rows of a fresh database, and to COPY the same text into another."""
    filled = await server.create(f"{name}_made")
    await server.run_script(filled, _TABLES, "bench")
    async with server.open(filled) as database:
        catalog = await database.catalog()
    start = time.perf_counter()
    async with server.writer(filled, catalog) as writer:
        result = await load(writer, catalog, {"item": ROWS})
    ours = time.perf_counter() - start
    assert len(result.rows["item"]) == ROWS, result.short
    text = await _text(filled)
    other = await server.create(f"{name}_bare")
    await server.run_script(other, _TABLES, "bench")
    start = time.perf_counter()
    await _copied(other, text)
    theirs = time.perf_counter() - start
    await server.drop(f"{name}_made")
    await server.drop(f"{name}_bare")
    return ours, theirs


async def _text(address: Address) -> list[bytes]:
    async with (
        await psycopg.AsyncConnection.connect(address.url) as db,
        db.cursor().copy("COPY item TO STDOUT") as copy,
    ):
        return [bytes(block) async for block in copy]


async def _copied(address: Address, text: list[bytes]) -> None:
    async with (
        await psycopg.AsyncConnection.connect(address.url) as db,
        db.cursor().copy("COPY item FROM STDIN") as copy,
    ):
        for start in range(0, len(text), 2000):
            await copy.write(b"".join(text[start : start + 2000]))
