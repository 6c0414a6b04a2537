"""The proxy in a thread of its own: judging never makes the system's SQL wait, nor the other way round."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from seamline.model.statement import SqlStatement
from seamline.wire.policy import Policy
from seamline.wire.postgresql.running import Running
from seamline.wire.proxy import Proxy

_KEPT = 20_000
"""So many statements are kept until somebody takes them; older ones go."""
_UNFINISHED_S = 0.1
_LOOK_S = 0.002


class Tap:
    """What the runner holds of a proxy: where it listens, and the statements seen since they were taken.

    What the system said is kept before the database answers it, so all statements of a request are there
    when the request is answered, or on their way. Every method is for the runner's side.
    """

    def __init__(self, host: str, port: int, *, encrypts: bool = False) -> None:
        self.port = 0
        self._seen: deque[Running] = deque(maxlen=_KEPT)
        self._lasting: set[Running] = set()
        self._proxy = Proxy(host, port, self._seen.append, encrypts=encrypts)
        self._loop = new_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="seamline-wire", daemon=True
        )

    async def start(self) -> None:
        """Start the thread and listen."""
        self._thread.start()
        self.port = await self._there(self._proxy.start())

    async def stop(self) -> None:
        """Cut all connections and end the thread."""
        await self._there(self._proxy.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    async def use(self, policy: Policy | None) -> None:
        """Have a policy decide on each statement from now on, or none."""

        async def change() -> None:
            self._proxy.use(policy)

        await self._there(change())

    @property
    def connections(self) -> int:
        """How many connections the system has made so far."""
        return self._proxy.accepted

    def forget(self) -> None:
        """Leave out what was seen so far."""
        self._in_flight()
        self._seen.clear()

    def read_on(self) -> None:
        """Have what has passed read by now, while the caller waits for something else."""
        self._loop.call_soon_threadsafe(self._in_flight)

    async def take(self, most: int) -> tuple[tuple[SqlStatement, ...], int]:
        """The statements since the last time, and how many more there were than `most`.

        One that is still on its way is waited for, for a moment, once: a worker in the background may wait
        for a lock or a notice as long as the system runs.
        """
        until = time.monotonic() + _UNFINISHED_S
        while (running := self._in_flight()) - self._lasting and time.monotonic() < until:  # noqa: ASYNC110 (of another loop)
            await asyncio.sleep(_LOOK_S)
        self._lasting = running
        found: list[Running] = []
        while self._seen:
            found.append(self._seen.popleft())
        found.sort(key=_by_start)
        return tuple(r.record() for r in found[:most]), max(0, len(found) - most)

    def _in_flight(self) -> set[Running]:
        return {r for client in list(self._proxy.connections) for r in client.in_flight()}

    async def _there(self, work: Any) -> Any:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))


def _by_start(running: Running) -> float:
    return running.started


def new_loop() -> asyncio.AbstractEventLoop:
    """The fastest event loop that there is for this system."""
    try:
        import uvloop
    except ImportError:  # there is none for this system
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


@asynccontextmanager
async def tapped(host: str, port: int, *, encrypts: bool = False) -> AsyncIterator[Tap]:
    """A proxy before the server at that address; it is gone at the end.

    `encrypts`: clients that ask for encryption get it.
    """
    tap = Tap(host, port, encrypts=encrypts)
    await tap.start()
    try:
        yield tap
    finally:
        await tap.stop()
