"""Servers and databases for the tests of engines: one private server a session, one database a test."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest

from seamline.engines.protocol import Server
from seamline.engines.registry import engine_for

from .lab import Client, Lab


@pytest.fixture(scope="session", params=["postgresql"])
async def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """One server per engine and session."""
    folder = tmp_path_factory.mktemp(request.param)
    async with engine_for(request.param).private(folder, lambda pid: None) as server:
        yield server


@pytest.fixture(scope="session")
async def pg_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One private PostgreSQL server for the session."""
    folder = tmp_path_factory.mktemp("pg")
    async with engine_for("postgresql").private(folder, lambda pid: None) as server:
        yield server


async def open_lab(server: Server, extensions: Sequence[str] = ()) -> AsyncIterator[Lab]:
    """A fresh database on `server`, dropped at the end."""
    address = await server.create(f"t_{secrets.token_hex(4)}", extensions)
    try:
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(server.open(address))
            client = await stack.enter_async_context(AsyncExitStack())
            yield Lab(server, database, Client(address, client))
    finally:
        await server.drop(address.name)


@pytest.fixture
async def lab(server: Server) -> AsyncIterator[Lab]:
    """A fresh database of each engine."""
    async for lab in open_lab(server):
        yield lab


@pytest.fixture
async def database(pg_server: Server) -> AsyncIterator[Lab]:
    """A fresh PostgreSQL database."""
    async for lab in open_lab(pg_server, ("citext",)):
        yield lab
