"""A fresh database, the system that writes to it, and what a test asks of both."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from typing import Any

import psycopg

from seamline.engines.protocol import Address, Capture, Database, Server


class Client:
    """The system under test, as far as its database sees it: connections of the ordinary role."""

    def __init__(self, address: Address, stack: AsyncExitStack) -> None:
        self.address = address
        self._stack = stack

    async def connect(self, **options: Any) -> psycopg.AsyncConnection[Any]:
        """A connection that the end of the test closes; autocommit unless told otherwise."""
        options = {"autocommit": True, **options}
        connection = await psycopg.AsyncConnection.connect(self.address.url, **options)
        self._stack.push_async_callback(connection.close)
        return connection

    async def run(self, *statements: str) -> None:
        """Run statements, each its own transaction."""
        connection = await self.connect()
        for statement in statements:
            await connection.execute(statement.encode())
        await connection.close()


class Lab:
    """A fresh database with everything that a test needs of it."""

    def __init__(self, server: Server, database: Database, client: Client) -> None:
        self.server = server
        self.database = database
        self.client = client
        self.capture: Capture

    async def rows(self, table: str, columns: Sequence[str] = ("*",)) -> list[str]:
        """Every row of a table as text, sorted."""
        found = await self.database.query(f"SELECT {', '.join(columns)} FROM {table}")
        return sorted(str(list(row.items())) for row in found)


async def open_lab(server: Server, source: str = "") -> AsyncIterator[Lab]:
    """A fresh database on `server`, dropped at the end: an empty one, or a copy of `source`."""
    name = f"t_{secrets.token_hex(4)}"
    address = await (server.clone(source, name) if source else server.create(name))
    try:
        async for lab in lab_on(server, address):
            yield lab
    finally:
        await server.drop(address.name)


async def lab_on(server: Server, address: Address) -> AsyncIterator[Lab]:
    """A lab on a database that is there."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(server.open(address))
        client = await stack.enter_async_context(AsyncExitStack())
        yield Lab(server, database, Client(address, client))


async def emptied(server: Server, address: Address) -> AsyncIterator[Lab]:
    """A lab on a database of which all that its role has made is dropped first: quicker than a new one."""
    await server.run_script(address, "DROP OWNED BY CURRENT_USER CASCADE;", "emptied")
    async for lab in lab_on(server, address):
        yield lab
