"""Real drivers through the proxy to the real server, without faults and with each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
import psycopg
import psycopg2
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from seamline.model.statement import SqlStatement
from seamline.wire.gate import Gate
from seamline.wire.policy import Action, Pending

from .conftest import Place


async def test_psycopg(place: Place) -> None:
    async with await psycopg.AsyncConnection.connect(
        place.through.url, require_auth="scram-sha-256"
    ) as c:
        await c.execute("INSERT INTO t VALUES (%s, %s)", (1, "it's"))
        async with c.pipeline():
            for n in range(2, 5):
                await c.execute("INSERT INTO t VALUES (%s, %s)", (n, None))
        async with c.cursor().copy("COPY t FROM STDIN") as copy:
            for n in range(10, 20):
                await copy.write_row((n, "x"))
        async with c.cursor(name="some") as cursor:
            await cursor.execute("SELECT * FROM t ORDER BY a")
            assert len(await cursor.fetchmany(3)) == 3
        await c.commit()
        with pytest.raises(psycopg.errors.UndefinedTable):
            await c.execute("SELECT * FROM nowhere")
        await c.rollback()
        with pytest.raises(psycopg.errors.UniqueViolation):
            async with c.pipeline():
                await c.execute("INSERT INTO t VALUES (90)")
                await c.execute("INSERT INTO t VALUES (1)")
                await c.execute("INSERT INTO t VALUES (91)")
        await c.rollback()
    seen = await place.seen()
    assert [s.params for s in seen if s.tag.startswith("INSERT")][:2] == [
        ("1", "it's"),
        ("2", None),
    ]
    assert [s.rows for s in seen if s.tag == "COPY 10"] == [10]
    assert {"42P01", "23505"} <= {s.sqlstate for s in seen}
    assert seen[-1].tx_status == "I"
    assert len(await place.rows()) == 14


async def test_asyncpg(place: Place) -> None:
    c = await asyncpg.connect(place.through.url)
    await c.executemany("INSERT INTO t VALUES ($1, $2)", [(n, str(n)) for n in range(50)])
    assert await c.fetchval("SELECT count(*) FROM t WHERE a < $1", 10) == 10
    async with c.transaction():
        assert len([r async for r in c.cursor("SELECT * FROM t", prefetch=7)]) == 50
    with pytest.raises(asyncpg.UndefinedTableError):
        await c.fetch("SELECT * FROM nowhere WHERE a = $1", 1)
    await c.copy_records_to_table("t", records=[(n, "x") for n in range(100, 110)])
    heard: list[str] = []
    await c.add_listener("news", lambda *a: heard.append(a[-1]))
    await c.execute("NOTIFY news, 'hello'")
    await asyncio.sleep(0.05)
    with pytest.raises(asyncio.TimeoutError):
        await c.fetch("SELECT pg_sleep(20)", timeout=0.2)
    assert await c.fetchval("SELECT 1") == 1
    await c.close()
    seen = await place.seen()
    assert heard == ["hello"]
    assert ("10",) in [s.params for s in seen]
    assert {"42P01", "57014"} <= {s.sqlstate for s in seen}
    assert len([s for s in seen if s.tag == "INSERT 0 1"]) == 50


async def test_psycopg2(place: Place) -> None:
    def work() -> None:
        c = psycopg2.connect(place.through.url)
        with c, c.cursor() as cursor:
            cursor.execute("INSERT INTO t VALUES (%s, %s)", (1, "it's"))
            cursor.execute("SELECT * FROM t")
            assert cursor.fetchall() == [(1, "it's")]
        with suppress(psycopg2.errors.UniqueViolation), c, c.cursor() as cursor:
            cursor.execute("INSERT INTO t VALUES (1)")
        c.close()

    await asyncio.to_thread(work)
    seen = await place.seen()
    assert "INSERT INTO t VALUES (1, 'it''s')" in [s.text for s in seen]
    assert [s.kind for s in seen if s.sqlstate == "23505"] == ["write"]


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
async def test_sqlalchemy(place: Place, driver: str) -> None:
    url = place.through.url.replace("postgresql:", f"postgresql+{driver}:")
    engine = create_async_engine(url, pool_size=3)
    async with engine.begin() as c:
        await c.execute(sqlalchemy.text("INSERT INTO t VALUES (:a, :b)"), [{"a": 1, "b": "x"}] * 1)
        assert (await c.execute(sqlalchemy.text("SELECT b FROM t"))).scalar() == "x"
    await engine.dispose()
    seen = await place.seen()
    assert [s.kind for s in seen][-1] == "commit"
    assert len({s.transaction for s in seen if s.kind in {"write", "commit"}}) == 1


async def test_many_connections_at_once(place: Place) -> None:
    async def one(number: int) -> int:
        c = await asyncpg.connect(place.through.url, ssl=False)
        try:
            await c.execute("INSERT INTO t VALUES ($1)", number)
            return int(await c.fetchval("SELECT a FROM t WHERE a = $1", number))
        finally:
            await c.close()

    assert await asyncio.gather(*map(one, range(200))) == list(range(200))
    seen = [s for s in await place.seen() if s.kind == "write"]
    assert len({s.connection for s in seen}) == 200 == len(await place.rows())


async def _psycopg(url: str) -> str:
    c = await psycopg.AsyncConnection.connect(url)
    try:
        async with c.transaction():
            await c.execute("INSERT INTO t VALUES (%s)", [7])
        said = "done"
    except psycopg.Error as error:
        said = error.sqlstate or "lost"
    if said not in {"lost", "done"}:
        await c.rollback()
        assert (await (await c.execute("SELECT 42")).fetchone()) == (42,)
    await c.close()
    return said


async def _asyncpg(url: str) -> str:
    c = await asyncpg.connect(url)
    transaction = c.transaction()
    try:
        await transaction.start()
        await c.execute("INSERT INTO t VALUES ($1)", 7)
        await transaction.commit()
        said = "done"
    except asyncpg.PostgresError as error:
        said = "lost" if error.sqlstate.startswith("08") else error.sqlstate
    except (asyncpg.InterfaceError, OSError):
        said = "lost"
    if said not in {"lost", "done"}:
        if c._protocol.is_in_transaction():
            await c.execute("ROLLBACK")
        assert await c.fetchval("SELECT 42") == 42
    c.terminate()
    return said


async def _psycopg2(url: str) -> str:
    def work() -> str:
        c = psycopg2.connect(url)
        try:
            c.cursor().execute("INSERT INTO t VALUES (7)")
            c.commit()
            return "done"
        except psycopg2.Error as error:
            if error.pgcode is None:
                return "lost"
            c.rollback()
            cursor = c.cursor()
            cursor.execute("SELECT 42")
            assert cursor.fetchone() == (42,)
            return str(error.pgcode)
        finally:
            c.close()

    return await asyncio.to_thread(work)


FAULTS = [
    ("write", Action("error", "40001"), "40001", []),
    ("write", Action("drop"), "lost", []),
    ("write", Action("drop_after"), "lost", []),
    ("write", Action("delay", ms=30), "done", [7]),
    ("commit", Action("commit_error", "40001"), "40001", []),
    ("commit", Action("error", "53100"), "53100", []),
    ("commit", Action("drop"), "lost", []),
    ("commit", Action("drop_after"), "lost", [7]),
    ("begin", Action("error", "57P01"), "57P01", []),
    ("begin", Action("drop"), "lost", []),
]


@pytest.mark.parametrize("work", [_psycopg, _asyncpg, _psycopg2])
@pytest.mark.parametrize(("kind", "action", "said", "rows"), FAULTS)
async def test_a_fault_keeps_both_sides_in_step(
    place: Place,
    work: Callable[[str], Any],
    kind: str,
    action: Action,
    said: str,
    rows: list[int],
) -> None:
    first: list[Pending] = []

    class Once:
        def before(self, statement: Pending) -> Action:
            if statement.kind == kind and not first:
                first.append(statement)
                return action
            return Action()

        def after(self, statement: SqlStatement) -> None: ...

    await place.tap.use(Once())
    assert await asyncio.wait_for(work(place.through.url), 10) == said
    await place.tap.use(None)
    assert first[0].in_transaction is (kind != "begin")
    assert await place.rows() == rows


async def test_a_statement_is_held_until_another_loop_lets_it_go(place: Place) -> None:
    gate = Gate(lambda statement: statement.kind == "commit")
    await place.tap.use(gate)
    task = asyncio.ensure_future(_asyncpg(place.through.url))
    held = await asyncio.wait_for(gate.arrived(), 5)
    assert held.pending.in_transaction and held.pending.backend > 0
    assert await place.rows() == []
    await asyncio.sleep(0.05)
    assert not task.done()
    gate.release(held)
    assert await asyncio.wait_for(task, 5) == "done"
    assert await place.rows() == [7]
    gate.open()
    await place.tap.use(None)
