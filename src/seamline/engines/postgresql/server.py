"""A private server: made in a folder, run as our child, gone at the end."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from psycopg.conninfo import make_conninfo

from seamline.engines.postgresql.binaries import Binaries, find_binaries
from seamline.engines.postgresql.cluster import Cluster, Naming
from seamline.engines.postgresql.process import finish, spawn, stop
from seamline.engines.postgresql.rootless import Launch, launch_for
from seamline.engines.postgresql.session import Connection, connect, make_address
from seamline.engines.protocol import Address
from seamline.errors import TargetError

_HOST = "127.0.0.1"
_SUPERUSER = "seam_admin"
_NAMING = Naming(quick=True)
_START_S = 60.0
_PORT_ATTEMPTS = 5
_STOP = ((signal.SIGQUIT, 5.0),)
"""At once: a fast shutdown would first write what nobody reads again."""

_SETTINGS = {
    # Nothing here needs to survive a crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": _HOST,
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "300",
    "max_wal_size": "2GB",
    "autovacuum": "on",
    "jit": "off",
    "track_activities": "on",
    "password_encryption": "scram-sha-256",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


@asynccontextmanager
async def private_server(folder: Path, started: Callable[[int], None]) -> AsyncIterator[Cluster]:
    """Make a server in `folder` (created if absent), listening on loopback only, and stop it at the end.

    `started` gets the pid of the server as soon as there is one. The folder is left to its owner to
    remove. Raises `TargetError` when there are no programs, or they fail, with the end of their log.
    """
    binaries = await find_binaries()
    place = folder / "postgresql"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    launch = await launch_for(binaries.folder / "postgres", place)
    password = secrets.token_urlsafe(18)
    await _initialise(binaries, launch, place, password)
    async with _running(binaries, launch, place, password, started) as (admin, conninfo, port):
        yield Cluster(
            admin=admin,
            conninfo=conninfo,
            address=partial(_address, port),
            naming=_NAMING,
            version=binaries.version,
            origin=binaries.origin,
        )


def _address(port: int, user: str, password: str, name: str) -> Address:
    return make_address(host=_HOST, port=port, user=user, password=password, name=name)


def _environment() -> dict[str, str]:
    """Ours without what would steer PostgreSQL's programs, and with messages in English."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


async def _initialise(binaries: Binaries, launch: Launch, place: Path, password: str) -> None:
    """Run initdb in `place`/data."""
    secret = place / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if launch.user is not None:
        os.chown(secret, launch.user, launch.user)
    output = b""
    for locale in _locales(binaries.major):
        process = await spawn(
            (
                *launch.prefix, str(binaries.folder / "initdb"), "-D", str(place / "data"),
                "-U", _SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}",
                "-E", "UTF8", *locale, "--no-sync", "--no-instructions",
            ),
            output=-1, cwd=place, env=_environment(),
        )  # fmt: skip
        output = await finish(process, _START_S)
        if process.returncode == 0:
            break
    else:
        said = output.decode(errors="replace").strip()
        raise TargetError(f"initdb of {binaries.origin} failed:\n{_last(said)}")
    secret.unlink()
    rules = place / "data" / "pg_hba.conf"
    rules.write_text(f"host all {_NAMING.role} {_HOST}/32 md5\n{rules.read_text()}")


def _locales(major: int) -> tuple[tuple[str, ...], ...]:
    """Locale options, best first: code point order, with upper and lower case for all of Unicode."""
    if major >= 17:  # built in: does not depend on what the machine has
        return (("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),)
    return (("--locale=C.UTF-8",), ("--locale=C",))


@asynccontextmanager
async def _running(
    binaries: Binaries, launch: Launch, place: Path, password: str, started: Callable[[int], None]
) -> AsyncIterator[tuple[Connection, str, int]]:
    """The server on a free port, let in: the administrator's connection, how it was made, the port."""
    log = place / "log"
    for attempt in range(_PORT_ATTEMPTS):
        port = _free_port()
        process = await _spawn_server(binaries, launch, place, port)
        try:
            started(process.pid)
            conninfo = make_conninfo(
                host=_HOST, port=port, user=_SUPERUSER, password=password, dbname="postgres",
                sslmode="disable", gssencmode="disable",
            )  # fmt: skip
            admin = await _ready(process, conninfo)
            if admin is not None:
                try:
                    yield admin, conninfo, port
                    return
                finally:
                    await admin.close()
        finally:
            await stop(process, _STOP)
        # Another program may take the port before the server does: then try another one.
        if b"could not bind" not in log.read_bytes() or attempt == _PORT_ATTEMPTS - 1:
            raise TargetError(f"{binaries.origin} did not start:\n{_tail(log)}")


async def _spawn_server(binaries: Binaries, launch: Launch, place: Path, port: int) -> Process:
    options = [w for k, v in _SETTINGS.items() for w in ("-c", f"{k}={v}")]
    command = (str(binaries.folder / "postgres"), "-D", str(place / "data"), "-p", str(port))
    with (place / "log").open("wb") as output:
        return await spawn(
            (*launch.prefix, *command, *options),
            output=output, cwd=place, env=_environment(),
        )  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


async def _ready(process: Process, conninfo: str) -> Connection | None:
    """The administrator's connection as soon as the server lets us in, or None when it is gone."""
    deadline = time.monotonic() + _START_S
    while process.returncode is None:
        try:
            return await connect(conninfo)
        except TargetError:
            if time.monotonic() > deadline:
                return None
        await asyncio.sleep(0.02)
    return None


def _tail(log: Path) -> str:
    return _last(log.read_text(errors="replace").strip()) if log.exists() else "(no log)"


def _last(text: str, lines: int = 15) -> str:
    return "\n".join("    " + line for line in text.splitlines()[-lines:])
