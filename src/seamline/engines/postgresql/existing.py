"""A server that somebody else runs, given by URL: only after proof that it is there for tests.

The proof is a mark in the database of the URL, bound to the server's system identifier and the
database's oid: a dump or a template carries the row along, but the copy has another oid or server.
Until the mark has been read nothing is written. Databases that we make beside it have a random
prefix, and only those are ever dropped.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import parse_qsl, urlsplit

import psycopg

from seamline.engines.postgresql.binaries import SUPPORTED
from seamline.engines.postgresql.cluster import Cluster, Naming
from seamline.engines.postgresql.session import Connection, connect, make_address, message
from seamline.engines.protocol import Address
from seamline.errors import RefusedError, TargetError

_IDENTITY = """
    SELECT (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
        (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database_oid
"""


class ExistingServer(Cluster):
    """A `Server` at a URL. `address` is the URL's own database, which is never dropped or cloned over."""

    address: Address


async def mark_for_tests(url: str) -> None:
    """Declare the database of `url` to be for tests, for good. Raises `TargetError` when that fails."""
    connection = await connect(url)
    try:
        async with connection.transaction():
            await connection.execute("CREATE SCHEMA IF NOT EXISTS seamline")
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS seamline.mark_of_test_database ("
                "system_identifier bigint, database_oid bigint, "
                "PRIMARY KEY (system_identifier, database_oid))"
            )
            await connection.execute(
                f"INSERT INTO seamline.mark_of_test_database {_IDENTITY} ON CONFLICT DO NOTHING".encode()
            )
    except psycopg.Error as error:
        raise TargetError(f"the mark cannot be written: {message(error)}") from error
    finally:
        await connection.close()


async def is_marked(connection: Connection) -> bool:
    """Whether the connection's database carries a mark that was written for it. Reads only."""
    try:
        cursor = await connection.execute(
            f"SELECT FROM seamline.mark_of_test_database JOIN ({_IDENTITY}) here "
            "USING (system_identifier, database_oid)".encode()
        )
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        return False
    except psycopg.Error as error:
        raise TargetError(f"the mark cannot be read: {message(error)}") from error
    return cursor.rowcount > 0


@asynccontextmanager
async def existing_server(url: str, *, disposable: bool) -> AsyncIterator[ExistingServer]:
    """The server of `url`, by whose role databases are made; a superuser's systems get a role of their own.

    Raises `RefusedError` unless `disposable` or the database is marked; `TargetError` when it cannot
    be reached, is of a version that is not supported, or the role may not create databases. All that
    was made is removed at the end.
    """
    admin = await connect(url, settings={"default_transaction_read_only": "on"})
    try:
        name = admin.info.dbname
        if not disposable and not await is_marked(admin):
            raise RefusedError(
                f"the database {name!r} on {admin.info.host or 'this machine'} does not say that it is "
                "for tests: mark it, or write disposable = true into seamline.toml"
            )
        major = admin.info.server_version // 10_000
        if major not in SUPPORTED:
            raise TargetError(f"PostgreSQL {major} is not supported: 15 to 18 are")
        await admin.execute("SET default_transaction_read_only = off")
        cluster = _cluster(url, admin, superuser=await _may_create(admin))
        try:
            yield cluster
        finally:
            await cluster.clear()
    finally:
        await admin.close()


async def _may_create(admin: Connection) -> bool:
    """Whether the role is a superuser. Raises `TargetError` when it may not even create databases."""
    cursor = await admin.execute(
        "SELECT rolsuper, rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    )
    superuser, creates = await cursor.fetchone() or (False, False)
    if not creates:
        raise TargetError(
            f"the role {admin.info.user!r} may not create databases: ALTER ROLE … CREATEDB, "
            "or give a superuser's URL"
        )
    return bool(superuser)


def _cluster(url: str, admin: Connection, *, superuser: bool) -> ExistingServer:
    info = admin.info
    query = {
        k: v for k, v in parse_qsl(urlsplit(url).query) if k not in ("host", "port", "options")
    }

    def address(user: str, password: str, name: str) -> Address:
        place = partial(make_address, host=info.host, port=info.port, query=query)
        return place(user=user, password=password, name=name)

    random = f"seam_{secrets.token_hex(4)}_"
    version = (info.parameter_status("server_version") or "").split(" ")[0]
    server = ExistingServer(
        admin=admin,
        conninfo=url,
        address=address,
        naming=Naming(prefix=random, role=f"{random}app" if superuser else None),
        version=version,
        origin=f"PostgreSQL {version} at {info.host}:{info.port}",
    )
    server.address = address(info.user, info.password, info.dbname)
    return server
