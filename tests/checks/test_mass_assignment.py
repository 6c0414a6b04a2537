"""A property too many: harmless unless the row took it."""

from __future__ import annotations

from typing import Any

from seamline.checks import Context
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import abstains, context, exchange, found, inserted, updated

NAME = "massAssignment"
KEY = "POST /orders"


def sending(
    name: str,
    value: Any,
    *changes: RowChange,
    without: tuple[RowChange, ...] = (inserted("orders", status="new", user_id=1, total=5),),
    status: int = 201,
    key: str = KEY,
    captured: bool = True,
) -> Exchange:
    twist = Twist(scenario=NAME, what=f"{name} too", where=f"body/{name}")
    first = exchange(KEY, 201, sent={}, changes=without)
    return exchange(
        key,
        status,
        sent={"note": "x", name: value},
        twist=twist,
        changes=changes if captured else None,
        earlier=(first,) if key == KEY else (),
    )


def test_what_the_row_took_is_an_error_for_every_way_of_writing_it() -> None:
    for name, value, row in (
        ("status", "paid", {"status": "paid"}),
        ("userId", 2, {"user_id": 2}),
        ("total", "97.53", {"total": 97.53}),
    ):
        (finding,) = found(NAME, sending(name, value, inserted("orders", **row)), context())
        assert finding.severity == "error"
        assert finding.detail in row


def test_keys_and_times_are_a_warning() -> None:
    (key,) = found(NAME, sending("id", 9753, inserted("orders", id=9753)), context())
    assert (key.severity, key.detail) == ("warning", "id")


def test_mapped_names_are_followed() -> None:
    c = context(columns={"#/state": "orders.status"})
    (finding,) = found(NAME, sending("state", "paid", inserted("orders", status="paid")), c)
    assert finding.detail == "status"


def test_an_update_is_judged_by_what_it_changed() -> None:
    key = "PATCH /orders/{id}"
    row = {"status": "new"}
    took = sending("status", "paid", updated("orders", row, status="paid"), key=key)
    assert found(NAME, took, context())
    had = updated("orders", {"status": "paid"}, note="x")
    assert not found(NAME, sending("status", "paid", had, key=key), context())


def test_ignored_refused_or_usual_is_right() -> None:
    own = inserted("orders", status="new", user_id=1)
    for x in (
        sending("status", "paid", own),
        sending("user_id", 2, own),
        sending("status", "paid", status=422),
        sending("status", "paid", inserted("audit", status="paid")),
        sending("status", "new", own),
    ):
        assert not found(NAME, x, context())


def test_it_abstains_where_nothing_can_be_compared() -> None:
    took = inserted("orders", status="paid")
    nameless: Context = context(resource=None)
    assert abstains(NAME, sending("status", "paid", took, captured=False), context())
    assert abstains(NAME, sending("status", "paid", status=409), context())
    assert abstains(NAME, sending("status", "paid", took, without=()), context())
    assert abstains(NAME, sending("status", "paid", took), nameless)
