"""Undo of ten changed rows: at 1 GB against 15 MB, and against a template clone of the same database."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from measure import Measure, measure

from seamline.engines.protocol import Address, Capture, Server
from seamline.engines.registry import engine_for
from seamline.system.workspace import workspace

ROUNDS = 15
_TABLE = """
CREATE TABLE item (id bigint PRIMARY KEY, name text NOT NULL, filler text NOT NULL, n int NOT NULL);
INSERT INTO item SELECT i, 'item ' || i, repeat(md5(i::text), 12), i FROM generate_series(1, {rows}) i;
CREATE INDEX ON item (name);
"""
_SMALL, _LARGE = 28_000, 1_900_000


async def run() -> list[Measure]:
    """The measures of this file."""
    with workspace() as space:
        folder = space.subfolder("database")
        async with engine_for("postgresql").private(folder, space.record) as server:
            small = await _filled(server, "small", _SMALL)
            large = await _filled(server, "large", _LARGE)
            undo_small = await _undo(server, small)
            undo_large = await _undo(server, large)
            clone = await _timed(lambda n: _clone(server, "large", n), 3)
            sizes = [await _megabytes(server, a) for a in (small, large)]
    print(f"# databases of {sizes[0]} MB and {sizes[1]} MB")
    times = 3 * [sorted(clone)[1]]
    return [
        measure("undo-1GB-vs-15MB", 2.0, undo_large, undo_small),
        measure("undo-vs-clone-1GB", 1 / 200, undo_large[:3], times),
    ]


async def _filled(server: Server, name: str, rows: int) -> Address:
    address = await server.create(name)
    await server.run_script(address, _TABLE.format(rows=rows), "bench")
    async with server.open(address) as database:
        await database.query("ANALYZE item")
    return address


async def _megabytes(server: Server, address: Address) -> int:
    async with server.open(address) as database:
        (row,) = await database.query("SELECT pg_database_size(current_database()) >> 20 AS mb")
    return int(row["mb"])


async def _undo(server: Server, address: Address) -> list[float]:
    times = []
    async with server.open(address) as database, database.capture() as capture:
        await capture.mark()
        for number in range(ROUNDS + 3):
            await _change(server, address, number)
            await capture.observe(1.0)
            took = await _one_undo(capture)
            if number >= 3:
                times.append(took)
    return times


async def _one_undo(capture: Capture) -> float:
    start = time.perf_counter()
    touched = await capture.undo()
    took = time.perf_counter() - start
    assert touched >= 10, touched
    return took


async def _change(server: Server, address: Address, number: int) -> None:
    """Ten rows: four inserted, three updated, three deleted."""
    script = f"""
    INSERT INTO item SELECT 10000000 + i, 'new', 'x', 0 FROM generate_series(1, 4) i;
    UPDATE item SET n = n + 1, name = 'changed' WHERE id IN (17, 999, {1000 + number});
    DELETE FROM item WHERE id IN (5, 4711, {5000 + number});
    """
    await server.run_script(address, script, "bench")


async def _clone(server: Server, source: str, number: int) -> None:
    await server.clone(source, f"clone_{number}")


async def _timed(work: Callable[[int], Awaitable[None]], rounds: int) -> list[float]:
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        await work(number)
        times.append(time.perf_counter() - start)
    return times
