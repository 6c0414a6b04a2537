"""A schedule in two columns, and how it ended beside how it should have."""

from __future__ import annotations

from msgspec.structs import replace

from seamline.model.schedule import Ending, Turn, Witness
from seamline.report.page import Page
from seamline.report.schedule import columns, endings, statement

KEPT = 'insert orders {"id":"‹generated›"}'


def ending(order: str, left: int, second: str = "201 {}") -> Ending:
    row = f'update stock {{"left":{left}}}'
    return Ending(order=order, answers=("201 {}", second), rows=(KEPT, row))


WITNESS = Witness(
    pair="a | b",
    choices="AB",
    first="curl a",
    second="curl b",
    turns=(
        Turn(side="A", sql="SELECT left_over FROM stock WHERE sku = $1 AND left_over > 0"),
        Turn(side="B", sql="COMMIT", note="waits for the other"),
    ),
    ending=ending("this schedule", 4),
    serial=(ending("A, then B", 3), ending("B, then A", 3)),
)


def shown(witness: Witness) -> list[str]:
    page = Page(60)
    columns(witness, page)
    return ["".join(span.text for span in line).rstrip() for line in page.lines]


def test_statements_stand_in_two_columns_broken_between_words() -> None:
    lines = shown(WITNESS)
    at = lines.index("A" + " " * 30 + "B")
    assert lines[at + 1 : at + 6] == [
        "SELECT left_over FROM",
        "  stock WHERE sku = $1 AND",
        "  left_over > 0",
        " " * 31 + "COMMIT  ← waits for the",
        " " * 33 + "other",
    ]


def test_a_statement_has_its_parameters() -> None:
    turn = replace(WITNESS.turns[0], params=("A1", None))
    assert statement(turn).endswith("left_over > 0  ['A1', NULL]")


def test_only_rows_that_differ_are_shown_and_equal_orders_once() -> None:
    told = dict(endings(WITNESS))
    assert list(told) == ["this schedule", "either order"]
    assert told["this schedule"][2:] == [
        ("rows", 'update stock {"left":4}'),
        ("", "1 more row as in every order"),
    ]


def test_orders_that_are_answered_otherwise_stand_for_themselves() -> None:
    serial = (ending("A, then B", 3, "409 {}"), ending("B, then A", 3))
    told = dict(endings(replace(WITNESS, serial=serial)))
    assert [told[order][1] for order in ("A, then B", "B, then A")] == [
        ("B", "409 {}"),
        ("B", "201 {}"),
    ]
    bare = replace(WITNESS, ending=replace(WITNESS.ending, rows=()), serial=())
    assert dict(endings(bare))["this schedule"][2] == ("rows", "none changed")
