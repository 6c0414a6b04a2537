"""A schedule in two columns: the statements of both requests in the order in which they ran."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.model.schedule import Ending, Turn, Witness
from seamline.report.page import Page, Span
from seamline.text.plain import clip, visible

_TEXT = 300
_ROW = 400
_GAP = 3


def columns(witness: Witness, page: Page) -> None:
    """The whole of it: both requests, what ran when, how it ended and how it could have."""
    page.blank()
    page.rule()
    for request in witness.arrange:
        page.labelled("before", visible(request))
    page.labelled("A", visible(witness.first))
    page.labelled("B", visible(witness.second))
    page.blank()
    width = (page.width - _GAP) // 2
    page.add(Span("A".ljust(width + _GAP) + "B", "bold"))
    for turn in witness.turns:
        indent = 0 if turn.side == "A" else width + _GAP
        for number, line in enumerate(lines_of(turn, width)):
            page.add(Span(" " * indent + ("" if not number else "  ") + line))
    for ending in (witness.ending, *witness.serial):
        page.blank()
        page.add(Span(ending.order, "bold"))
        for label, text in told(ending):
            page.labelled(label, visible(text), indent=2)


def lines_of(turn: Turn, width: int) -> Iterator[str]:
    """A statement in lines that fit a column, with what became of it."""
    text = visible(statement(turn))
    yield text[:width]
    rest, narrow = text[width:], max(10, width - 2)
    for at in range(0, len(rest), narrow):
        yield rest[at : at + narrow]


def statement(turn: Turn) -> str:
    """The statement, cut where it is long, and what became of it."""
    text = turn.sql if len(turn.sql) <= _TEXT else f"{turn.sql[:_TEXT]}…"
    return f"{text}  ← {turn.note}" if turn.note else text


def told(ending: Ending) -> Iterator[tuple[str, str]]:
    """How both were answered and what the rows are, by label."""
    yield "A", ending.answers[0]
    yield "B", ending.answers[1]
    for number, row in enumerate(ending.rows or ("none changed",)):
        yield "" if number else "rows", clip(row, _ROW)
