from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from seamline.checks.loss import loss
from seamline.model.case import Twist
from seamline.model.catalog import Column
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import applies, column, context, exchange, found, inserted, updated

NAME, POST, HERE = "roundTripFidelity", "POST /orders", context()
READ = Twist(scenario="keptRead", what="read back", where="body/note")
FOX = "Zoë 🦊 שלום"
TEXT, INSTANT = column("note"), column("placed_at", "timestamptz")


@pytest.mark.parametrize(
    ("asked", "got", "kept_in"),
    [
        (FOX, "Zoë ? ????", TEXT),
        (FOX, FOX.encode().decode("latin-1"), TEXT),
        ("Zoë", "Zo?", None),
        ("a\x00b", "a", TEXT),
        ("00742", "742", TEXT),
        ("a description that is long", "a description", TEXT),
        ("Germany", "Ger", column("country", "varchar(3)")),
        ("2031-03-28T01:30:00+05:30", "2031-03-28T01:30:00Z", INSTANT),
        (2**53 + 1, 2**53, column("n", "bigint")),
        (2**53 + 1, float(2**53), None),
        (2**31, -(2**31), column("n", "integer")),
    ],
)
def test_what_is_lost(asked: Any, got: Any, kept_in: Column | None) -> None:
    assert loss(asked, got, kept_in)


@pytest.mark.parametrize(
    ("asked", "got", "kept_in"),
    [
        (FOX, FOX, TEXT),
        ("Zoe\u0308", "Zo\u00eb", TEXT),
        (" Some  Text ", "some text", TEXT),
        ("a\x00b", "ab", TEXT),
        ("en-US", "en", TEXT),
        ("00742", "742", None),
        ("00742", 742, column("n", "integer")),
        ("Zoë", "zoe", TEXT),
        ("2031-03-28T01:30:00+05:30", "2031-03-27T20:00:00+00:00", INSTANT),
        ("2031-03-28T01:30:00+05:30", "2031-03-28T01:30:00", column("at", "timestamp")),
        ("2031-03-28T01:30:00.123456Z", "2031-03-28T01:30:00Z", INSTANT),
        ("2031-03-28T01:30:00+05:30", "2031-03-28", column("day", "date")),
        ("2031-03-28T01:30:00+05:30", "2031-03-28T00:00:00+00:00", INSTANT),
        ("2031-03-28T01:30:00Z", "2031-03-28T00:00:00Z", INSTANT),
        (2**53 + 1, float(2**53), column("n", "double precision")),
        (2**53 + 1, 2**53 + 1, column("n", "bigint")),
        (2**53 + 1, 100, column("n", "bigint")),
        (0.1 + 0.2, Decimal("0.30"), column("n", "numeric(12,2)")),
        (True, 1, None),
        ("", None, TEXT),
    ],
)
def test_what_is_a_systems_right(asked: Any, got: Any, kept_in: Column | None) -> None:
    assert not loss(asked, got, kept_in)


def written(asked: Any, stored: Any, answered: Any = None, **more: Any) -> Exchange:
    body = {"id": 7} if answered is None else {"id": 7, "note": answered}
    changes = more.pop("changes", (inserted("orders", note=stored),))
    return exchange(POST, 201, body, sent={"note": asked}, changes=changes, **more)


def test_a_row_that_lost_something_is_found_once() -> None:
    (finding,) = found(NAME, written(FOX, "Zoë ? ????", "Zoë ? ????"), HERE)
    assert finding.severity == "error"
    assert finding.detail == "note: characters are lost in orders.note"
    assert not found(NAME, written(FOX, FOX, FOX), HERE)


def test_an_answer_that_lost_something_is_found() -> None:
    (finding,) = found(NAME, written(FOX, FOX, "Zoë ? ????"), HERE)
    assert finding.detail == "note: characters are lost in the answer"


def read(told: Any, write: Exchange) -> Exchange:
    return exchange("GET /orders/{id}", 200, {"note": told}, earlier=(write,), step=1, twist=READ)


def test_a_later_read_that_lost_something_is_found() -> None:
    (finding,) = found(NAME, read("Zoë ? ????", written(FOX, FOX)), HERE)
    assert finding.detail == "note: characters are lost in a later read"
    assert not found(NAME, read(FOX, written(FOX, FOX)), HERE)
    assert not found(NAME, read("Zoë ? ????", written(FOX, "Zoë ? ????")), HERE)


def test_of_several_rows_none_is_taken_for_the_one() -> None:
    both: tuple[RowChange, ...] = (inserted("orders", note="?"), inserted("orders", note="?"))
    assert not found(NAME, written("ë", "", changes=both), HERE)
    row = updated("orders", {"note": "x"}, note="?")
    assert not found(NAME, written("ë", "", changes=(row,)), HERE)


def test_what_should_be_refused_or_is_secret_is_not_judged() -> None:
    invalid = Twist(scenario="over-long", what="x", where="body/note", valid=False)
    assert not applies(NAME, written("x" * 99, "xxxxxxxxx", twist=invalid), HERE)
    assert not applies(NAME, exchange(POST, 201, sent={"password": "ë"}), HERE)
    assert not applies(NAME, exchange(POST, 422, sent={"note": "ë"}), HERE)
    assert not applies(NAME, exchange("DELETE /orders/{id}", 204), HERE)
