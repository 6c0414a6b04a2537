"""An event loop in a thread of its own: a test may have one itself, or none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from seamline.wire.thread import new_loop

_T = TypeVar("_T")


class Loop:
    """Carries out coroutines for whoever calls, from whatever thread."""

    def __init__(self) -> None:
        self._loop = new_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="seamline-seam", daemon=True
        )
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, _T]) -> _T:
        """The result of a coroutine; what interrupts the waiting (Ctrl-C) cancels it."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
