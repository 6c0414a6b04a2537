"""A leg of a walk: one database, one process of the tool that is bound to it, and rows to put into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import msgspec

from seamline.engines.protocol import Address, Database, Server
from seamline.errors import TargetError
from seamline.migrations.history import History
from seamline.migrations.stock import Known, Stock

Bind = Callable[[Address], AbstractAsyncContextManager[History]]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A copy, `name`, of the database of a leg: `done` revisions were applied, `known` is of its rows."""

    name: str
    done: int
    known: Known


class Leg:
    """A history bound to a database of its own, that database, and the rows to put into it. Use `Legs`."""

    history: History
    database: Database

    def __init__(self, server: Server, address: Address) -> None:
        self._server = server
        self._address = address
        self._connections = AsyncExitStack()
        self.stock = Stock(partial(server.writer, address), self._connections)

    async def open(self) -> None:
        """Open connections of ours."""
        self.database = await self._connections.enter_async_context(
            self._server.open(self._address)
        )
        self.stock.use(self.database)

    async def close(self) -> None:
        """Close connections of ours."""
        await self._connections.aclose()

    async def copy(self, name: str) -> Address:
        """A copy of the database as it is now. All connections end for that."""
        await self.history.let_go()
        await self.close()
        try:
            return await self._server.clone(self._address.name, name)
        finally:
            await self.open()


class Legs:
    """Makes the legs of walks on one server, whose databases are called `name` and a number."""

    def __init__(
        self, server: Server, bind: Bind, name: str, extensions: Sequence[str] = ()
    ) -> None:
        self._server = server
        self._bind = bind
        self._name = name
        self._extensions = extensions
        self._count = 0

    @asynccontextmanager
    async def leg(self, start: Kept | None = None) -> AsyncIterator[Leg]:
        """A leg on an empty database, or on a copy of what was kept; all of it is gone at the end."""
        name = self._next()
        if start is None:
            address = await self._server.create(name, self._extensions)
        else:
            address = await self._server.clone(start.name, name)
        leg = Leg(self._server, address)
        try:
            await leg.open()
            async with self._bind(address) as leg.history:
                yield leg
        finally:
            await leg.close()
            with suppress(TargetError):  # a server that is gone, of which what went before has told
                await self._server.drop(address.name)

    async def keep(self, leg: Leg, done: int) -> Kept:
        """Keep the database of a leg as it is. Raises `TargetError` where the server makes no copy."""
        copy = await leg.copy(self._next())
        return Kept(name=copy.name, done=done, known=leg.stock.known)

    async def drop(self, kept: Kept) -> None:
        """Nobody will start from there again."""
        await self._server.drop(kept.name)

    def _next(self) -> str:
        self._count += 1
        return f"{self._name}_{self._count}"
