"""Two requests at once: in what order their statements ran, and what came of it."""

from __future__ import annotations

from typing import Literal

import msgspec

Side = Literal["A", "B"]
"""Which of the two requests."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One statement of a schedule, in the order in which they were let go.

    `params` are its parameters as text, None where it came as text alone. `note` says what became of it where
    that matters: it waited for the other one, it failed.
    """

    side: Side
    sql: str
    params: tuple[str | None, ...] | None = None
    note: str = ""


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What came of both: their answers in a line each, and the rows that changed, a line each."""

    order: str
    answers: tuple[str, str]
    rows: tuple[str, ...] = ()


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule that shows something wrong, and the two serial orders to hold it against.

    `pair` names the two requests as they are planned; `choices` is the schedule itself, a letter for
    each decision, so that it can be run again. `arrange` are the requests sent before both, as curl.
    """

    pair: str
    choices: str
    first: str
    second: str
    arrange: tuple[str, ...] = ()
    turns: tuple[Turn, ...] = ()
    ending: Ending
    serial: tuple[Ending, ...] = ()
