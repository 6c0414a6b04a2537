"""A database that Seamline did not make."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from seamline.engines.registry import engine_for


@pytest.fixture(scope="session")
async def foreign_database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of somebody's database, as a superuser; it holds one table."""
    folder = tmp_path_factory.mktemp("foreign")
    async with engine_for("postgresql").private(folder, lambda pid: None) as server:
        address = await server.create("theirs")
        async with server.open(address) as database:
            await database.query(f"ALTER ROLE {address.user} SUPERUSER")
        async with await psycopg.AsyncConnection.connect(address.url, autocommit=True) as db:
            await db.execute("CREATE TABLE precious (id int)")
        yield address.url
