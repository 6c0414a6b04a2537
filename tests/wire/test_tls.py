"""Clients that insist on encryption get it, from a proxy that was told so or has met one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import asyncpg
import psycopg
import pytest

from seamline.wire.gate import Gate
from seamline.wire.policy import Action
from seamline.wire.thread import tapped

from .conftest import Place


@pytest.fixture
async def encrypting(place: Place) -> AsyncIterator[Place]:
    async with tapped(place.direct.host, place.direct.port, encrypts=True) as tap:
        through = place.through.url.replace(f":{place.tap.port}/", f":{tap.port}/")
        place.through = type(place.through)(
            host="127.0.0.1",
            port=tap.port,
            user=place.through.user,
            password=place.through.password,
            name=place.through.name,
            url=through,
        )
        place.tap = tap
        yield place


def insisting(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}sslmode=require"


async def test_statements_are_seen_through_the_encryption(encrypting: Place) -> None:
    url = insisting(encrypting.through.url)
    async with await psycopg.AsyncConnection.connect(url) as c:
        assert c.pgconn.ssl_in_use
        await c.execute("INSERT INTO t VALUES (%s, %s)", (1, "x" * 300_000))
        rows = await (await c.execute("SELECT b FROM t, generate_series(1, 20)")).fetchall()
        assert sum(len(b) for (b,) in rows) == 20 * 300_000
    seen = await encrypting.seen()
    assert [s.tag for s in seen if s.tag.startswith(("INSERT", "SELECT"))][-2:] == [
        "INSERT 0 1",
        "SELECT 20",
    ]


async def test_asyncpg_with_a_context_of_its_own(encrypting: Place) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    c = await asyncpg.connect(encrypting.through.url, ssl=context)
    assert await c.fetchval("SELECT count(*) FROM t WHERE a < $1", 10) == 0
    await c.close()


async def test_faults_work_through_it(encrypting: Place) -> None:
    gate = Gate(lambda pending: pending.text.startswith("INSERT"))
    await encrypting.tap.use(gate)

    async def refuse() -> None:
        gate.release(await gate.arrived(), Action("error", "40001", "injected"))

    refusing = asyncio.create_task(refuse())
    async with await psycopg.AsyncConnection.connect(insisting(encrypting.through.url)) as c:
        with pytest.raises(psycopg.errors.SerializationFailure, match="injected"):
            await c.execute("INSERT INTO t VALUES (1)")
        await c.rollback()
        await encrypting.tap.use(None)
        await c.execute("INSERT INTO t VALUES (2)")
    await refusing
    assert await encrypting.rows() == [2]


async def test_one_that_goes_away_without_encryption_gets_it_the_next_time(place: Place) -> None:
    url = insisting(place.through.url)
    with pytest.raises(psycopg.OperationalError):
        await psycopg.AsyncConnection.connect(url)
    async with await psycopg.AsyncConnection.connect(url) as c:
        assert c.pgconn.ssl_in_use
    async with await psycopg.AsyncConnection.connect(f"{place.through.url}?sslmode=disable") as c:
        assert not c.pgconn.ssl_in_use


async def test_those_that_only_prefer_it_go_on_without(place: Place) -> None:
    for _ in range(2):
        async with await psycopg.AsyncConnection.connect(place.through.url) as c:
            assert not c.pgconn.ssl_in_use


async def test_a_client_that_breaks_off_the_handshake_harms_nobody(encrypting: Place) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", encrypting.tap.port)
    writer.write(b"\x00\x00\x00\x08\x04\xd2\x16\x2f")
    assert await reader.readexactly(1) == b"S"
    writer.write(b"this is no TLS at all")
    await reader.read(100)  # an alert, or nothing
    writer.close()
    async with await psycopg.AsyncConnection.connect(insisting(encrypting.through.url)) as c:
        assert await (await c.execute("SELECT 1")).fetchone() == (1,)
