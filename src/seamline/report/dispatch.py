"""One event to many reporters: a reporter that raises is dropped and named, the run goes on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from seamline.model.event import Event
from seamline.text.plain import one_line


class Reporter(Protocol):
    """Turns events into one document or display; `close` comes after the last event."""

    def on(self, event: Event) -> None: ...
    def close(self) -> None: ...


@runtime_checkable
class Discardable(Protocol):
    """A reporter that holds something; `discard` lets it go and writes nothing more."""

    def discard(self) -> None: ...


class Reporters:
    """A fan-out that is a reporter itself. `failures` has a line per reporter that was dropped.

    A dropped reporter is not closed: it missed an event, so its document would not be true.
    """

    def __init__(self, reporters: Iterable[Reporter]) -> None:
        self._live = list(reporters)
        self.failures: list[str] = []

    def on(self, event: Event) -> None:
        """Hand `event` to each reporter that still works."""
        for reporter in tuple(self._live):
            try:
                reporter.on(event)
            except Exception as problem:  # a report must never end a run
                self._drop(reporter, problem)

    def close(self) -> None:
        """Close all, in the order given; a second call does nothing."""
        while self._live:
            reporter = self._live[0]
            try:
                reporter.close()
            except Exception as problem:
                self._drop(reporter, problem)
            else:
                del self._live[0]

    def _drop(self, reporter: Reporter, problem: Exception) -> None:
        self._live.remove(reporter)
        name = type(reporter).__name__
        self.failures.append(f"{name}: {type(problem).__name__}: {one_line(str(problem), 300)}")
        if isinstance(reporter, Discardable):
            try:
                reporter.discard()
            except Exception as second:
                text = one_line(str(second), 300)
                self.failures.append(f"{name}, letting go: {type(second).__name__}: {text}")
