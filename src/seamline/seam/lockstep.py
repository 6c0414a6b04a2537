"""Requests that are under way at once wait for each other before each write."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from seamline.model.statement import SqlStatement
from seamline.wire.policy import FORWARD, Action, Pending

_WAIT_S = 0.2
"""So long a request waits for the others: they may have ended, or wait for a lock that it holds."""
_MEETINGS = 50


class Lockstep:
    """Holds each writing statement until as many connections as there are requests have come to one.

    Between them all have then read what none has yet changed: who reads first and writes later loses an
    update, and who locks does not. All of it happens in the proxy's thread.
    """

    def __init__(self, requests: int) -> None:
        self._requests = requests
        self._waiting: dict[int, asyncio.Future[Action]] = {}
        self._meetings = 0

    def before(self, statement: Pending) -> Action | Awaitable[Action]:
        """Hold a writing statement for a moment."""
        if statement.kind != "write" or self._meetings >= _MEETINGS:
            return FORWARD
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[Action] = loop.create_future()
        if not self._waiting:
            self._meetings += 1
            loop.call_later(_WAIT_S, self._release, mine)
        self._waiting[statement.connection] = mine
        if len(self._waiting) >= self._requests:
            self._release(mine)
        return mine

    def after(self, statement: SqlStatement) -> None:
        """Nothing is to be done."""

    def _release(self, one: asyncio.Future[Action]) -> None:
        """Let those go on that wait, where `one` is among them."""
        if one not in self._waiting.values():
            return
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_result(FORWARD)
