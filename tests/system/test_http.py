"""The HTTP client against servers that close connections as real ones do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from seamline.model.exchange import Request
from seamline.system.http import Client, client

POST = Request(method="POST", target="/things", body=b"{}")


class Server:
    """Answers every request with `status`; closes `closes_after_s` later without saying so."""

    def __init__(self, status: int, closes_after_s: float | None) -> None:
        self.status = status
        self.closes_after_s = closes_after_s
        self.connections = 0
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while (head := await self._head(reader)) is not None:
            self.requests += 1
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\n{}" % self.status)
            if self.closes_after_s is not None:
                await asyncio.sleep(self.closes_after_s)
                break
        writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> bytes | None:
        try:
            return await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None


@asynccontextmanager
async def served(server: Server) -> AsyncIterator[Client]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        async with client(f"http://127.0.0.1:{port}", timeout_s=5, body_bytes=1000) as opened:
            yield opened
    finally:
        listening.close()


@pytest.mark.parametrize("status", [500, 503, 413])
async def test_a_request_is_not_lost_to_the_closing_after_an_error(status: int) -> None:
    """uvicorn, for one, closes some milliseconds after a 500 and does not announce it."""
    server = Server(status, closes_after_s=0.01)
    async with served(server) as opened:
        for _ in range(5):
            response, failure, _ = await opened.send(POST)
            assert response is not None, failure
            assert response.status == status
    assert server.requests == 5


async def test_connections_are_kept_between_ordinary_answers() -> None:
    server = Server(404, closes_after_s=None)
    async with served(server) as opened:
        for _ in range(5):
            response, failure, _ = await opened.send(POST)
            assert response is not None, failure
    assert server.connections == 1
    assert server.requests == 5


async def test_a_server_that_closes_without_an_answer_is_told_and_asked_once() -> None:
    """Nothing is sent twice: the first request may have been carried out."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with client(f"http://127.0.0.1:{port}", timeout_s=5, body_bytes=1000) as opened:
        response, failure, _ = await opened.send(POST)
    listening.close()
    assert response is None
    assert failure
    assert asked == 1
