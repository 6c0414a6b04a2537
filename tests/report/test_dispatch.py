from __future__ import annotations

from seamline.model.event import Event
from seamline.report import Reporters

from .streams import finished, started


class Recorder:
    def __init__(self, *, fails_on: int = 0, fails_at_close: bool = False) -> None:
        self.events: list[Event] = []
        self.closed = 0
        self.discarded = 0
        self._fails_on = fails_on
        self._fails_at_close = fails_at_close

    def on(self, event: Event) -> None:
        self.events.append(event)
        if len(self.events) == self._fails_on:
            raise ValueError("no\nroom")

    def close(self) -> None:
        self.closed += 1
        if self._fails_at_close:
            raise OSError("disk full")

    def discard(self) -> None:
        self.discarded += 1


def test_a_reporter_that_raises_is_dropped_and_named_and_the_others_go_on() -> None:
    good, bad, late = Recorder(), Recorder(fails_on=1), Recorder(fails_at_close=True)
    reporters = Reporters([bad, good, late])
    for event in (started(), finished()):
        reporters.on(event)
    reporters.close()
    reporters.close()
    assert [len(r.events) for r in (bad, good, late)] == [1, 2, 2]
    assert [r.closed for r in (bad, good, late)] == [0, 1, 1]
    assert [r.discarded for r in (bad, good, late)] == [1, 0, 1]
    assert reporters.failures == ["Recorder: ValueError: no room", "Recorder: OSError: disk full"]
