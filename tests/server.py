"""One PostgreSQL server for all whole runs of a test session: to make one for each takes longer than the run.

It starts with the first run that wants it. A run gets the URL of a superuser there, and makes databases
and a role of its own beside those of others.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from seamline.engines.protocol import Server
from seamline.engines.registry import engine_for

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30

_loop = asyncio.new_event_loop()
_done = asyncio.Event()
_threads: list[threading.Thread] = []


@contextmanager
def place_of_server() -> Iterator[Path]:
    """A folder for a server that many tests share: in memory, where there is room.

    A database is some 300 files, and the tests make and drop them by the hundred: ext4 passes by every
    file that was removed in the last minutes to make a new one, which took two thirds of the server's time.
    """
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    with tempfile.TemporaryDirectory(
        prefix="tests-of-seamline-", dir=_MEMORY if is_roomy else None, ignore_cleanup_errors=True
    ) as folder:
        place = Path(folder)
        place.chmod(0o755)  # a server of root's is run by another user
        yield place


@cache
def url() -> str:
    """The server's URL; it runs from the first call until `stop`."""
    ready: list[str] = []
    is_ready = threading.Event()

    async def serve() -> None:
        with place_of_server() as place:
            async with engine_for("postgresql").private(place, lambda pid: None) as server:
                ready.append(await _superuser(server))
                is_ready.set()
                await _done.wait()

    def work() -> None:
        try:
            _loop.run_until_complete(serve())
        finally:
            is_ready.set()

    _threads.append(threading.Thread(target=work, name="server of the runs"))
    _threads[0].start()
    is_ready.wait()
    return ready[0]


async def _superuser(server: Server) -> str:
    at = await server.create("anchor")
    password = secrets.token_hex(12)
    async with server.open(at) as database:
        await database.query(f"CREATE ROLE tester SUPERUSER LOGIN PASSWORD '{password}'")
    return f"postgresql://tester:{password}@{at.host}:{at.port}/{at.name}"


def stop() -> None:
    """End the server, if there is one."""
    if _threads:
        _loop.call_soon_threadsafe(_done.set)
        _threads[0].join(30)
    _loop.close()
