"""Databases on one server: made, cloned, filled and dropped."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress

import msgspec
import psycopg
from psycopg import sql

from seamline.engines.postgresql.copy import open_writer
from seamline.engines.postgresql.database import open_database
from seamline.engines.postgresql.script import run_script
from seamline.engines.postgresql.session import Connection, connect, message, through
from seamline.engines.protocol import Address, Database, Writer
from seamline.errors import TargetError, UsageError
from seamline.model.catalog import Catalog

_NAME_BYTES = 63
_COPY = "STRATEGY file_copy"
"""Of a database's files, which is faster than logging every page, also where it is empty (see bench)."""


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """What Seamline may name its own: `prefix` goes before each database that it makes.

    `role` is the system's role, made with a random password; None: the system connects as we do.
    `quick` says that the server lets it in by MD5 too: SCRAM takes each new connection 5 ms to work out.
    """

    prefix: str = ""
    role: str | None = "seam_app"
    quick: bool = False


class Cluster:
    """The `Server` of PostgreSQL over one connection of an administrator (`admin`).

    `address` makes an address from user, password and database name. Only databases that this object
    made are ever dropped, and nobody is disconnected from any other.
    """

    def __init__(
        self,
        *,
        admin: Connection,
        conninfo: str,
        address: Callable[[str, str, str], Address],
        naming: Naming,
        version: str,
        origin: str,
    ) -> None:
        self.version = version
        self.origin = origin
        self._admin = admin
        self._conninfo = conninfo
        self._address = address
        self._naming = naming
        self._login: tuple[str, str] | None = None
        self._made: dict[str, None] = {}
        self._lock = asyncio.Lock()

    async def create(self, name: str, extensions: Sequence[str] = ()) -> Address:
        """An empty UTF-8 database of the system's role, with `extensions` made by the administrator.

        As its owner the role also owns the schema `public` (by way of `pg_database_owner`).
        Raises `TargetError` when the server refuses, `UsageError` when the name is too long.
        """
        user, password = await self._role()
        real = self._real(name)
        create = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' " + _COPY
        await self._execute(create, real, user)
        self._made[real] = None
        if extensions:
            await self._extend(real, extensions)
        return self._address(user, password, real)

    async def _extend(self, real: str, extensions: Sequence[str]) -> None:
        connection = await connect(self._conninfo, real)
        try:
            for extension in extensions:
                create = sql.SQL("CREATE EXTENSION IF NOT EXISTS {} CASCADE")
                await connection.execute(create.format(sql.Identifier(extension)))
        except psycopg.Error as error:
            raise TargetError(f"extension {extension}: {message(error)}") from error
        finally:
            await connection.close()

    async def clone(self, source: str, name: str) -> Address:
        """A copy of the database `source`: one that this object made, or another that nobody uses.

        Connections to one of ours are ended first; to another they are left, and `TargetError` is raised.
        """
        user, password = await self._role()
        ours = next((n for n in (source, self._naming.prefix + source) if n in self._made), None)
        real = self._real(name)
        create = "CREATE DATABASE {} OWNER {} TEMPLATE {} " + _COPY
        for attempt in range(50):
            if ours is not None:
                await self._disconnect(ours)
            try:
                await self._execute(create, real, user, ours or source)
                break
            except TargetError as error:
                busy = isinstance(error.__cause__, psycopg.errors.ObjectInUse)
                if not busy or ours is None or attempt == 49:
                    raise
                await asyncio.sleep(0.02)
        self._made[real] = None
        return self._address(user, password, real)

    async def _disconnect(self, real: str) -> None:
        await self._admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s AND pid <> pg_backend_pid()",
            (real,),
        )

    async def drop(self, name: str) -> None:
        """Drop a database that this object made, ending its connections; any other is left alone."""
        real = name if name in self._made else self._naming.prefix + name
        if real in self._made:
            await self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", real)
            del self._made[real]

    async def run_script(
        self,
        address: Address,
        sql: str,
        label: str,
        *,
        atomic: bool = False,
        last: str = "",
        apart: bool = False,
    ) -> None:
        """Run a SQL file's text as the system's role on a connection of its own. Raises `SpecError`."""
        await run_script(address.url, sql, label, atomic=atomic, last=last, apart=apart)

    def via(self, address: Address, port: int) -> Address | None:
        """The address through a proxy on a loopback port; None where the server wants encryption."""
        return through(address, port)

    def open(self, address: Address) -> AbstractAsyncContextManager[Database]:
        """Open a database of this server with the administrator's rights."""
        return open_database(address, self._conninfo)

    def writer(self, address: Address, catalog: Catalog) -> AbstractAsyncContextManager[Writer]:
        """Write rows in bulk as the system's role."""
        return open_writer(address, catalog)

    async def clear(self) -> None:
        """Drop everything that this object made."""
        for real in tuple(self._made):
            await self.drop(real)
        if self._login is not None and self._naming.role is not None:
            await self._execute("DROP ROLE IF EXISTS {}", self._naming.role)

    async def _role(self) -> tuple[str, str]:
        """Name and password of the role that the system connects as; made at the first call."""
        async with self._lock:
            if self._login is None:
                if self._naming.role is None:
                    info = self._admin.info
                    self._login = (info.user, info.password)
                else:
                    password = secrets.token_urlsafe(18)
                    await self._make_role(self._naming.role, password)
                    self._login = (self._naming.role, password)
        return self._login

    async def _make_role(self, name: str, password: str) -> None:
        create = f"CREATE ROLE {{}} LOGIN NOSUPERUSER PASSWORD '{password}'"
        if self._naming.quick:
            with suppress(TargetError):  # FIPS 140 allows no MD5
                # One message is one transaction: the setting is gone after it.
                await self._execute(f"SET LOCAL password_encryption = 'md5'; {create}", name)
                return
        await self._execute(create, name)

    def _real(self, name: str) -> str:
        real = self._naming.prefix + name
        if len(real.encode()) > _NAME_BYTES:
            raise UsageError(f"the database name {real!r} is longer than PostgreSQL allows")
        return real

    async def _execute(self, statement: str, *identifiers: str) -> None:
        names = [sql.Identifier(i) for i in identifiers]
        try:
            await self._admin.execute(sql.SQL(statement).format(*names))
        except psycopg.Error as error:
            raise TargetError(f"PostgreSQL refused: {message(error)}") from error
