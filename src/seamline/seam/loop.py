"""An event loop in a thread of its own: a test may have one itself, or none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from seamline.wire.thread import new_loop

_T = TypeVar("_T")
_UNWIND_S = 15.0


class Loop:
    """Carries out coroutines for whoever calls, from whatever thread."""

    def __init__(self) -> None:
        self._loop = new_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="seamline-seam", daemon=True
        )
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of a coroutine; what interrupts the waiting (Ctrl-C) cancels it, and it ends cleanly."""
        has_ended = threading.Event()

        async def carry_out() -> _T:
            try:
                return await work
            finally:
                has_ended.set()

        future = asyncio.run_coroutine_threadsafe(carry_out(), self._loop)
        try:
            return future.result()
        except BaseException:
            if not future.done():
                future.cancel()
                has_ended.wait(_UNWIND_S)
            raise

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
