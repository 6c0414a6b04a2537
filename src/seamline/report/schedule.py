"""A schedule in two columns: the statements of both requests in the order in which they ran."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.model.schedule import Turn, Witness
from seamline.report.page import Page, Span
from seamline.report.sql import with_values
from seamline.report.words import count
from seamline.text.plain import clip, visible, wrap

_TEXT = 300
_ROW = 400
_ALIKE = "as in every order"
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
            page.add(Span(" " * indent + ("  " if number else "") + line))
    for order, told in endings(witness):
        page.blank()
        page.add(Span(order, "bold"))
        for label, text in told:
            page.labelled(label, visible(text), indent=2)


def lines_of(turn: Turn, width: int) -> Iterator[str]:
    """A statement in lines that fit a column, with what became of it."""
    yield from wrap(visible(statement(turn)), width - 2)


def statement(turn: Turn) -> str:
    """The statement with its parameters, cut where it is long, and what became of it."""
    text = with_values(turn.sql, turn.params, _TEXT)
    return f"{text}  ← {turn.note}" if turn.note else text


def endings(witness: Witness) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """How it ended and how either order would have, by label: answers, and the rows that differ.

    Rows that are alike in every order are only counted.
    """
    came, *serial = witness.ending, *witness.serial
    if len(serial) > 1 and len({(e.answers, tuple(sorted(e.rows))) for e in serial}) == 1:
        serial = [msgspec.structs.replace(serial[0], order="either order")]
    alike = {row for row in came.rows if serial and all(row in e.rows for e in serial)}
    for ending in (came, *serial):
        rows = [clip(row, _ROW) for row in ending.rows if row not in alike]
        same = sum(row in alike for row in ending.rows)
        if same:
            rows.append(f"{count(same, 'more row')} as in every order" if rows else _ALIKE)
        labels = ("rows", *[""] * len(rows))
        shown = zip(labels, rows or ["none changed"], strict=False)
        yield ending.order, [("A", ending.answers[0]), ("B", ending.answers[1]), *shown]
