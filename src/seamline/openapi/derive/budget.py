"""A bound on the processor time of work that runs in somebody else's code: a pattern may never be done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Spent(BaseException):
    """The time is over. Libraries that catch every `Exception` must not swallow it."""


_AGAIN_S = 0.2
"""It is raised again so often, until it gets out."""


@contextmanager
def cpu_budget(seconds: float) -> Iterator[None]:
    """Raise `Spent` in the body when it has used so much processor time.

    Only the main thread can be interrupted; elsewhere there is no bound.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise Spent

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
