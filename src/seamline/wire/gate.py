"""A policy that asks another thread: each statement waits until somebody there says what happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from seamline.model.statement import SqlStatement
from seamline.wire.policy import FORWARD, Action, Pending


class Held:
    """A statement that waits at the gate."""

    def __init__(self, pending: Pending, decided: asyncio.Future[Action]) -> None:
        self.pending = pending
        self._decided = decided

    def decide(self, action: Action) -> None:
        """Let it go on, from whatever thread."""

        def settle() -> None:
            if not self._decided.done():
                self._decided.set_result(action)

        self._decided.get_loop().call_soon_threadsafe(settle)


class Gate:
    """Holds the statements that `wanted` names until the loop on which this was made releases them.

    `arrived` gives the next one held; `ended` those that have come to their end, in order. What `wanted`
    leaves out passes at once. `open` lets everything pass that waits or is still to come.
    """

    def __init__(self, wanted: Callable[[Pending], bool]) -> None:
        self._wanted = wanted
        self._home = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[Held] = asyncio.Queue()
        self._waiting: set[Held] = set()
        self._is_open = False
        self.ended: asyncio.Queue[SqlStatement] = asyncio.Queue()

    def before(self, statement: Pending) -> Action | Awaitable[Action]:
        """Hold a statement; called in the proxy's thread."""
        if self._is_open or not self._wanted(statement):
            return FORWARD
        decided: asyncio.Future[Action] = asyncio.get_running_loop().create_future()
        self._home.call_soon_threadsafe(self._arrive, Held(statement, decided))
        return decided

    def after(self, statement: SqlStatement) -> None:
        """A statement has ended; called in the proxy's thread."""
        self._home.call_soon_threadsafe(self.ended.put_nowait, statement)

    def _arrive(self, held: Held) -> None:
        if self._is_open:
            held.decide(FORWARD)
            return
        self._waiting.add(held)
        self._arrived.put_nowait(held)

    async def arrived(self) -> Held:
        """The next statement at the gate."""
        return await self._arrived.get()

    def release(self, held: Held, action: Action = FORWARD) -> None:
        """Let a statement go on."""
        self._waiting.discard(held)
        held.decide(action)

    def open(self) -> None:
        """Hold nothing any more."""
        self._is_open = True
        for held in list(self._waiting):
            self.release(held)
