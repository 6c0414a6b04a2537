"""What no driver sends, and servers that are gone: an error that names it, and nobody else is touched."""

from __future__ import annotations

import asyncio
import resource
from struct import pack

import asyncpg
import psycopg
import pytest

from seamline.system.process import free_port
from seamline.wire.thread import tapped

from .conftest import Place


async def said(port: int, data: bytes) -> bytes:
    """Everything that the proxy answers until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


def opening(code: int, rest: bytes) -> bytes:
    return pack("!II", len(rest) + 8, code) + rest


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"no startup packet"),
        (opening(4 << 16, b"user\0u\0\0"), b"unsupported frontend protocol 4.0"),
        (opening(196608, b"user\0u\0replication\0true\0\0"), b"replication connections"),
        (pack("!I", 2_000_000_000) + b"\0" * 4, b"no startup packet"),
    ],
)
async def test_others_stay_when_one_is_refused(place: Place, data: bytes, words: bytes) -> None:
    async with await psycopg.AsyncConnection.connect(place.through.url) as c:
        assert words in await said(place.tap.port, data)
        assert (await (await c.execute("SELECT 1")).fetchone()) == (1,)


async def test_garbage_behind_the_opening(place: Place) -> None:
    user, name = place.direct.user.encode(), place.direct.name.encode()
    start = opening(196608, b"user\0" + user + b"\0database\0" + name + b"\0\0")
    answer = await said(place.tap.port, start + b"\xff" * 50)
    assert b"08P01" in answer and b"unknown kind" in answer


async def test_who_cancels_goes_on_when_the_server_has_taken_it() -> None:
    """Else its next statement is the one that is cancelled."""
    came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(16)
        came.put_nowait(writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, tapped("127.0.0.1", server.sockets[0].getsockname()[1]) as tap:
        asked = asyncio.create_task(said(tap.port, opening(80877102, pack("!II", 1, 2))))
        taken = await came.get()
        await asyncio.sleep(0.1)
        assert not asked.done()
        taken.close()
        assert await asked == b""


async def test_a_server_that_is_gone() -> None:
    async with tapped("127.0.0.1", free_port()) as tap:
        with pytest.raises(psycopg.OperationalError, match="database server cannot be reached"):
            await psycopg.AsyncConnection.connect(f"postgresql://u@127.0.0.1:{tap.port}/d")


async def test_a_newer_minor_version_is_the_servers_to_answer(place: Place) -> None:
    user = place.direct.user.encode()
    start = opening(196608 + 9, b"user\0" + user + b"\0\0")
    reader, writer = await asyncio.open_connection("127.0.0.1", place.tap.port)
    writer.write(start)
    assert (await asyncio.wait_for(reader.read(1), 5)) in {b"v", b"R", b"E"}
    writer.close()


async def test_a_statement_of_50_mb(place: Place) -> None:
    async with await psycopg.AsyncConnection.connect(place.through.url) as c:
        text = "SELECT length('" + "x" * 50_000_000 + "')"
        assert (await (await c.execute(text.encode())).fetchone()) == (50_000_000,)
    (statement,) = [s for s in await place.seen() if s.kind == "read"]
    assert statement.cut and len(statement.text) < 20_000


async def test_a_result_of_100_mb_passes_in_pieces(place: Place) -> None:
    c = await asyncpg.connect(place.through.url)
    await c.fetchval("SELECT repeat('x', 1000)")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size = 0
    async with c.transaction():
        query = "SELECT repeat('x', 10000) FROM generate_series(1, 10000)"
        async for (value,) in c.cursor(query, prefetch=20):
            size += len(value)
    process = await asyncio.create_subprocess_exec(
        "psql",
        "-qAtX",
        "-o",
        "/dev/null",
        place.through.url,
        "-c",
        "\\copy (SELECT repeat('x', 10000) FROM generate_series(1, 10000)) TO '/dev/null'",
    )
    assert await process.wait() == 0
    assert size == 100_000_000
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 20, f"{grown} MB"
    await c.close()
