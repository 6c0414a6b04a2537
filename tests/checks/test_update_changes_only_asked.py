from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from seamline.checks.context import Noise
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import abstains, applies, change, context, deleted, exchange, found, updated

NAME, PATCH = "updateChangesOnlyAsked", "PATCH /orders/{id}"
HERE = context(columns={"#/total": "orders.total"})
ROW = {"note": "old", "status": "new", "total": Decimal(5), "user_id": 3}
UNCHANGED = Twist(scenario="unchanged", what="the same", where="body/note")


def patched(*changes: RowChange, sent: Any = None, body: Any = b"", **more: Any) -> Exchange:
    return exchange(
        more.pop("key", PATCH),
        more.pop("status", 200),
        body,
        sent={"note": "new"} if sent is None else sent,
        changes=changes,
        **more,
    )


def other(row: dict[str, Any], key: int = 8, table: str = "orders", **new: Any) -> RowChange:
    before = {"id": key, **row}
    return change("update", table, before, {**before, **new})


OWN = updated("orders", ROW, note="new")


def test_the_named_row_alone_is_right() -> None:
    assert not found(NAME, patched(OWN, updated("users", {"email": "a"}, email="b")), HERE)
    assert not found(NAME, patched(), HERE)


def test_other_rows_that_were_given_the_same_are_found() -> None:
    (finding,) = found(NAME, patched(OWN, other(ROW, note="new"), other(ROW, 9, note="new")), HERE)
    assert finding.severity == "error"
    assert finding.title == "2 other rows of orders changed along"
    assert finding.detail == "orders others: note"


def test_rows_that_make_room_are_not() -> None:
    own = updated("orders", {"position": 3}, position=1)
    moved = [other({"position": n}, 8 + n, position=n + 1) for n in (1, 2)]
    assert not found(NAME, patched(own, *moved, sent={"position": 1}), HERE)


def test_rows_that_refer_to_the_named_one_may_follow_it() -> None:
    here = context(resource="folders")
    own = updated("folders", {"parent_id": 1}, parent_id=2)
    child = other({"parent_id": 7}, table="folders", parent_id=2)
    key = "PATCH /folders/{id}"
    assert not found(NAME, patched(own, child, sent={"parent_id": 2}, key=key), here)


def test_a_row_that_was_not_named_is_found() -> None:
    (finding,) = found(NAME, patched(other(ROW, note="new")), HERE)
    assert finding.severity == "error"
    assert finding.detail == "orders not named"


def test_what_the_path_names_by_another_word_is_not_judged() -> None:
    key = "PATCH /orders/{slug}"
    assert abstains(NAME, patched(other(ROW, note="new"), target="/orders/x-1", key=key), HERE)
    assert abstains(NAME, patched(other({**ROW, "position": 7}, note="new")), HERE)
    assert abstains(NAME, patched(other(ROW, status="paid")), HERE)


def test_several_rows_that_answer_to_the_path_are_not_judged() -> None:
    key = "PUT /lines/{user_id}"
    rows = (other({**ROW, "user_id": 7}, n, note="new") for n in (1, 2))
    assert abstains(NAME, patched(*rows, target="/lines/7", key=key), HERE)


def test_abstains_without_rows_table_or_parameter() -> None:
    assert abstains(NAME, exchange(PATCH, changes=None), HERE)
    assert abstains(NAME, patched(OWN), context(resource=None))
    assert abstains(NAME, patched(OWN, key="PUT /settings", target="/settings"), HERE)


def test_an_answer_that_the_row_does_not_hold_is_found() -> None:
    (finding,) = found(NAME, patched(OWN, body={"total": "6.00"}), HERE)
    assert (finding.detail, finding.severity) == ("orders.total", "error")
    row = updated("orders", ROW, note="ne")
    (finding,) = found(NAME, patched(row, body={"note": "new", "total": "5.00"}), HERE)
    assert (finding.detail, finding.severity) == ("orders.note", "warning")


def test_what_a_request_that_says_nothing_new_takes_away_is_found() -> None:
    row = updated("orders", {**ROW, "country": "DE"}, country=None)
    (finding,) = found(NAME, patched(row, twist=UNCHANGED), HERE)
    assert (finding.detail, finding.severity) == ("orders.country unasked", "error")


@pytest.mark.parametrize(
    "new",
    [
        {"placed_at": "2030-01-01T00:00:00+00:00"},
        {"status": "paid"},
        {"note": "old"},
    ],
)
def test_clocks_states_and_what_was_asked_may_change(new: dict[str, Any]) -> None:
    assert not found(NAME, patched(updated("orders", ROW, **new), twist=UNCHANGED), HERE)


def test_what_became_another_value_is_told_only() -> None:
    row = updated("orders", ROW, total=Decimal(6))
    (finding,) = found(NAME, patched(row, twist=UNCHANGED), HERE)
    assert finding.severity == "info"


def test_noise_is_not_judged() -> None:
    here = context(noise=Noise(frozenset({("orders", "country")})))
    row = updated("orders", {**ROW, "country": "DE"}, country=None)
    assert not found(NAME, patched(row, twist=UNCHANGED), here)


def test_only_accepted_updates_are_judged() -> None:
    assert not applies(NAME, patched(OWN, status=404), HERE)
    assert not applies(NAME, patched(OWN, status=202), HERE)
    assert not applies(NAME, exchange("POST /orders", 201), HERE)
    assert not found(NAME, patched(deleted("orders", **ROW)), HERE)
