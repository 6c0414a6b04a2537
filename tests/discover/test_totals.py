"""What amounts add up to is learnt of the rows, and of what the system itself did to them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from seamline.discover.totals import totals
from seamline.model.row import Row, RowChange

from .world import catalog, table

CATALOG = catalog(
    table("bill", "id:int who:text off:num total:num"),
    table("line", "id:int bill_id:int price:num count:int", foreign={"bill_id": "bill.id"}),
)


def bill(number: int, off: str, total: str) -> Row:
    return {"id": number, "who": "x", "off": Decimal(off), "total": Decimal(total)}


def line(number: int, of: int, price: str, count: int) -> Row:
    return {"id": number, "bill_id": of, "price": Decimal(price), "count": count}


LINES = [
    line(1, 1, "2.50", 2), line(2, 1, "1.00", 1), line(3, 2, "4.00", 3),
    line(4, 3, "0.10", 3), line(5, 4, "9.00", 2), line(6, 4, "1.00", 4),
]  # fmt: skip
PLAIN = [bill(1, "0", "6.00"), bill(2, "0", "12.00"), bill(3, "0", "0.30"), bill(4, "0", "22.00")]
LESS = [bill(1, "1", "5.00"), bill(2, "0", "12.00"), bill(3, "0", "0.30"), bill(4, "2", "20.00")]


def insert(name: str, row: Row) -> RowChange:
    return RowChange(table=name, op="insert", key={"id": row["id"]}, before=None, after=row, txid=1)


def update(name: str, before: Row, after: Row) -> RowChange:
    return RowChange(
        table=name, op="update", key={"id": before["id"]}, before=before, after=after, txid=1
    )


MADE = [insert("bill", bill(9, "0", "8.00")), insert("line", line(9, 9, "4.00", 2))]


def learnt(bills: list[Row], *writes: list[RowChange], lines: Any = LINES) -> list[dict[str, Any]]:
    return totals(CATALOG, {"bill": bills, "line": lines}, writes).get("bill", [])


def test_a_total_of_products_is_learnt() -> None:
    (check,) = learnt(PLAIN, MADE)
    assert check["violations"] == (
        'SELECT p.id FROM "bill" p LEFT JOIN "line" c ON c.bill_id = p.id GROUP BY p.id'
        " HAVING p.total <> coalesce(sum(c.price * c.count), 0)"
    )
    assert check["keyedBy"] == {"bill": "p.id", "line": "c.bill_id"}
    assert check["severity"] == "warning"


def test_a_total_less_a_discount_is_learnt() -> None:
    (check,) = learnt(LESS, MADE)
    assert check["name"] == "total is the sum of price * count of line less off"
    assert check["violations"].endswith("coalesce(sum(c.price * c.count), 0) - p.off")


@pytest.mark.parametrize(
    "writes",
    [
        [],  # nobody has seen the system keep it
        [[update("bill", PLAIN[0], bill(1, "1", "6.00"))]],  # nor so: nothing was made
        [MADE, [update("bill", PLAIN[0], bill(1, "0", "7.00"))]],
        [MADE, [update("line", LINES[0], line(1, 1, "2.50", 3))]],
        [MADE, [insert("bill", bill(9, "0", "8.00"))]],
        [[MADE[0], insert("line", line(9, 9, "4.00", 1))]],
    ],
)
def test_what_the_system_itself_does_not_keep_is_not(writes: list[list[RowChange]]) -> None:
    assert learnt(PLAIN, *writes) == []


def test_a_row_that_differs_or_too_few_of_them_teach_nothing() -> None:
    assert learnt([*PLAIN[:3], bill(4, "0", "21.99")], MADE) == []
    assert learnt([*PLAIN, bill(5, "0", "3.00")], MADE) == []
    assert learnt(PLAIN[:3], MADE) == []
    single = [line(n, n, "2.00", n) for n in range(1, 5)]
    assert learnt([bill(n, "0", f"{2 * n}") for n in range(1, 5)], MADE, lines=single) == []


def test_two_formulas_that_hold_alike_decide_nothing() -> None:
    twice = [{**row, "count": int(row["price"] * 10)} for row in LINES]
    same = [{**row, "price": Decimal(row["count"])} for row in twice]
    sums = {n: sum(r["count"] for r in same if r["bill_id"] == n) for n in range(1, 5)}
    made = [insert("bill", bill(9, "0", "4")), insert("line", line(9, 9, "4", 4))]
    assert learnt([bill(n, "0", str(s)) for n, s in sums.items()], made, lines=same) == []
