"""A database with a proxy before it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest

from seamline.engines.protocol import Address, Server
from seamline.model.statement import SqlStatement
from seamline.wire.thread import Tap, tapped

from ..engines.lab import Lab


class Place:
    """A database, a proxy before it, and the address of both."""

    def __init__(self, tap: Tap, direct: Address, through: Address) -> None:
        self.tap, self.direct, self.through = tap, direct, through

    async def seen(self) -> list[SqlStatement]:
        return list((await self.tap.take(1000))[0])

    async def rows(self) -> list[int]:
        async with await psycopg.AsyncConnection.connect(self.direct.url) as c:
            return [n for (n,) in await (await c.execute("SELECT a FROM t ORDER BY a")).fetchall()]


@pytest.fixture
async def by_scram(database: Lab) -> AsyncIterator[None]:
    """The system's role proves who it is by SCRAM, as it does on servers that are not ours."""
    role, ask = database.client.address.user, database.database.query
    ((kept,),) = [
        r.values()
        for r in await ask(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %(role)s", {"role": role}
        )
    ]
    await ask(f"ALTER ROLE {role} PASSWORD '{database.client.address.password}'")
    yield
    await ask(f"ALTER ROLE {role} PASSWORD '{kept}'")


@pytest.fixture
async def place(database: Lab, pg_server: Server, by_scram: None) -> AsyncIterator[Place]:
    address = database.client.address
    await database.client.run("CREATE TABLE t (a int PRIMARY KEY, b text)")
    async with tapped(address.host, address.port) as tap:
        through = pg_server.via(address, tap.port)
        assert through is not None
        yield Place(tap, address, through)
