"""The wire proxy: an endpoint of five queries through it, direct and through pgbouncer, and a statement.

Goals are ratios to the direct connection for the endpoint, to pgbouncer (Debian's, where it is
installed or unpacked below .bench/), which reads nothing along, for both.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import asyncpg
from measure import Measure, measure

from seamline.engines.protocol import Address
from seamline.engines.registry import engine_for
from seamline.system.process import free_port
from seamline.wire.thread import Tap, tapped

HERE = Path(__file__).resolve().parent
ROUNDS, REQUESTS, STATEMENTS = 12, 150, 600


async def run() -> list[Measure]:
    """The measures of this file."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="proxy")))
        folder.chmod(0o755)
        private = engine_for("postgresql").private(folder, lambda pid: None)
        server = await stack.enter_async_context(private)
        at = await server.create("proxy")
        tap = await stack.enter_async_context(tapped(at.host, at.port))
        through = server.via(at, tap.port)
        assert through is not None
        found = [await _endpoint("proxy-endpoint", 1.2, through, at, tap)]
        if (program := _pgbouncer()) is not None:
            other = await stack.enter_async_context(_bouncing(program, folder, at))
            found.append(await _endpoint("proxy-endpoint-pgbouncer", 1.1, through, other, tap))
            found.append(await _beside(through, other))
        found.append(await _flat(through, tap))
        return found


async def _endpoint(name: str, goal: float, through: Address, other: Address, tap: Tap) -> Measure:
    """The median request of each round, for an endpoint of five queries."""
    async with _app(other) as first, _app(through) as second, aiohttp.ClientSession() as http:

        async def request(port: int) -> None:
            async with http.get(f"http://127.0.0.1:{port}/") as answer:
                assert answer.status == 200
                await answer.read()

        ours, theirs = await _medians(
            lambda: request(second), lambda: request(first), REQUESTS, tap
        )
    return measure(name, goal, ours, theirs)


async def _beside(through: Address, other: Address) -> Measure:
    """A prepared SELECT, which costs hardly more than the way there, beside pgbouncer's.

    The client is a process of its own, as a system is: neither proxy shares a processor with it by force.
    """
    words = (through.url, other.url, str(ROUNDS), str(STATEMENTS))
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "selects.py"), *words, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    ours, theirs = json.loads(said)
    return measure("proxy-pgbouncer", 1.7, ours, theirs)


async def _flat(through: Address, tap: Tap) -> Measure:
    """Memory after a million statements over that after the first hundred thousand."""
    connection = await asyncpg.connect(through.url, ssl=False)
    sizes = []
    for number in range(20):
        await connection.executemany("SELECT $1::int", [(n,) for n in range(50_000)])
        await tap.take(1000)
        if number in (1, 19):
            sizes.append(_resident() / 1000)
    await connection.close()
    return measure("proxy-memory", 1.1, [sizes[1]], [sizes[0]])


def _resident() -> float:
    """This process's memory in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _medians(
    ours: Callable[[], Awaitable[object]],
    theirs: Callable[[], Awaitable[object]],
    count: int,
    tap: Tap,
) -> tuple[list[float], list[float]]:
    """Per round the median of `count` calls, in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for side, work in enumerate((ours, theirs)):
            taken = []
            for _ in range(count):
                start = time.perf_counter()
                await work()
                taken.append(time.perf_counter() - start)
            await tap.take(10)
            if number:
                times[side].append(sorted(taken)[count // 2])
    return times


@asynccontextmanager
async def _app(at: Address) -> AsyncIterator[int]:
    port = free_port()
    command = ["-m", "uvicorn", "five_queries:app", "--port", str(port), "--log-level", "warning"]
    env = {**os.environ, "DATABASE_URL": at.url}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=HERE, env=env)
    try:
        await _listens(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise TimeoutError(f"nothing listens on {port}")


def _pgbouncer() -> str | None:
    own = HERE.parent / ".bench" / "pgbouncer" / "usr" / "sbin" / "pgbouncer"
    return str(own) if own.exists() else shutil.which("pgbouncer")


@asynccontextmanager
async def _bouncing(program: str, folder: Path, at: Address) -> AsyncIterator[Address]:
    """A pgbouncer before the same database; it refuses to be root."""
    port = free_port()
    (folder / "users.txt").write_text(f'"{at.user}" "{at.password}"\n')
    (folder / "bouncer.ini").write_text(
        f"[databases]\n{at.name} = host={at.host} port={at.port} dbname={at.name}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = scram-sha-256\n"
        f"auth_file = {folder}/users.txt\npool_mode = session\nunix_socket_dir =\n"
        "log_connections = 0\nlog_disconnections = 0\n"
    )
    libraries = ":".join(map(str, Path(program).parents[1].glob("lib/*-linux-gnu")))
    command = [program, "-q", str(folder / "bouncer.ini")]
    if os.geteuid() == 0:
        command = ["unshare", "-U", *command]
        (folder / "users.txt").chmod(0o644)
    env = {**os.environ, "LD_LIBRARY_PATH": libraries}
    process = await asyncio.create_subprocess_exec(*command, env=env)
    try:
        await _listens(port)
        url = f"postgresql://{at.user}:{at.password}@127.0.0.1:{port}/{at.name}"
        yield Address(
            host="127.0.0.1", port=port, user=at.user, password=at.password, name=at.name, url=url
        )
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
