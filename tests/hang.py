"""A guard for tests of hostile input: a hang ends the process with a traceback. It measures nothing."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager

_SECONDS = 120


@contextmanager
def no_hang() -> Iterator[None]:
    """End the process when the body takes minutes, which on any machine means that it hangs."""
    faulthandler.dump_traceback_later(_SECONDS, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
