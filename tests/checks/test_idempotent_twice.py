from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from seamline.checks.context import Noise
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import Row, RowChange

from .world import abstains, applies, change, context, deleted, exchange, found, inserted, updated

NAME, PUT, HERE = "idempotentTwice", "PUT /orders/{id}", context()
AGAIN = Twist(scenario="again", what="the same request", where="a second time")
SAME_KEY = Twist(scenario="sameKey", what="the same key", where="headers Idempotency-Key")


def twice(
    first: tuple[RowChange, ...] | None,
    second: tuple[RowChange, ...] | None,
    *,
    key: str = PUT,
    sent: Any = None,
    statuses: tuple[int, int] = (200, 200),
    twist: Twist = AGAIN,
    body: Any = b"",
) -> Exchange:
    asked = {"position": 3} if sent is None else sent
    before = exchange(key, statuses[0], sent=asked, changes=first)
    return exchange(
        key, statuses[1], body, sent=asked, changes=second, earlier=(before,), twist=twist
    )


def moved(table: str, column: str, old: Any, new: Any) -> RowChange:
    return updated(table, {column: old}, **{column: new})


def made(key: int, table: str = "orders", **row: Any) -> RowChange:
    return change("insert", table, None, {"id": key, **row})


def test_a_second_request_that_changes_nothing_is_right() -> None:
    assert not found(NAME, twice((moved("orders", "position", 1, 3),), ()), HERE)


def test_an_asked_value_that_changes_again_is_found() -> None:
    x = twice((inserted("orders", position=3),), (moved("orders", "position", 3, 6),))
    (finding,) = found(NAME, x, HERE)
    assert (finding.severity, finding.detail) == ("error", "orders.position")


def test_a_number_that_both_move_by_as_much_is_found_in_any_table() -> None:
    steps = [(moved("payments", "order_id", n, n + 5),) for n in (10, 15)]
    (finding,) = found(NAME, twice(*steps), HERE)
    assert finding.detail == "payments.order_id"


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("orders", "placed_at", ("2030-01-01T00:00:00", "2030-01-02T00:00:00", "2030-01-03")),
        ("orders", "total", (Decimal(5), Decimal(7), Decimal(8))),
        ("orders", "user_id", (1, 2, 3)),
        ("orders", "note", ("a", "b", "c")),
    ],
)
def test_clocks_other_steps_and_counters_may_change(
    table: str, column: str, values: tuple[Any, Any, Any]
) -> None:
    one, two, three = values
    x = twice((moved(table, column, one, two),), (moved(table, column, two, three),))
    assert not found(NAME, x, HERE)


def test_a_secret_that_is_hashed_again_is_right() -> None:
    steps = [(moved("orders", "password", a, b),) for a, b in (("$x", "$y"), ("$y", "$z"))]
    assert not found(NAME, twice(*steps, sent={"password": "hunter22"}), HERE)


def test_noise_is_not_judged() -> None:
    here = context(noise=Noise(frozenset({("orders", "position")})))
    x = twice((inserted("orders", position=3),), (moved("orders", "position", 3, 6),))
    assert not found(NAME, x, here)


def row(**more: Any) -> Row:
    return {"user_id": 1, "note": "a", **more}


def test_a_second_row_like_the_first_is_found() -> None:
    key = "PUT /carts/{user_id}"  # served as /orders/7
    rows = [(made(n, **row(user_id=7)),) for n in (1, 2)]
    (finding,) = found(NAME, twice(*rows, key=key, statuses=(201, 201)), HERE)
    assert (finding.severity, finding.detail) == ("error", "orders inserted again")


def test_a_history_beside_what_was_named_is_right() -> None:
    """Kinto keeps the history of its objects in the table of its objects."""
    first = (made(7, **row()), made(8, **row(note="history")))
    assert not found(NAME, twice(first, (made(9, **row(note="history")),)), HERE)


def test_another_version_is_no_second_row() -> None:
    key = "PUT /carts/{user_id}"
    rows = [(made(n, **row(user_id=7, version=n)),) for n in (1, 2)]
    assert not found(NAME, twice(*rows, key=key), HERE)
    ended = (made(3, **row(user_id=7)), moved("orders", "deleted_at", None, "2030"))
    assert not found(NAME, twice((made(2, **row(user_id=7)),), ended, key=key), HERE)


def test_logs_and_lists_that_are_replaced_are_right() -> None:
    audit = [(made(n, "audit", text="put"),) for n in (1, 2)]
    assert not found(NAME, twice(*audit), HERE)
    second = (deleted("taggings", taggable_type="x"), made(9, "taggings", taggable_type="x"))
    assert not found(NAME, twice((made(8, "taggings", taggable_type="x"),), second), HERE)


def test_a_further_row_that_a_delete_removes_is_found() -> None:
    rows = [(change("delete", "orders", {"id": n}),) for n in (7, 8)]
    x = twice(*rows, key="DELETE /orders/{id}", statuses=(204, 204))
    (finding,) = found(NAME, x, HERE)
    assert finding.detail == "orders deleted again"
    marks = [(moved("orders", "deleted_at", a, b),) for a, b in ((None, "2030"), ("2030", "2031"))]
    assert not found(NAME, twice(*marks, key="DELETE /orders/{id}"), HERE)


def test_a_post_under_the_same_key_is_one() -> None:
    rows = [(made(n, **row()),) for n in (7, 8)]
    post: dict[str, Any] = {"key": "POST /orders", "statuses": (201, 201), "twist": SAME_KEY}
    x = twice(*rows, **post, body={"id": 8})
    assert not found(NAME, twice(*rows, **post, body={"id": 7}), HERE)
    assert [f.severity for f in found(NAME, x, HERE)] == ["error"]
    replayed = twice(rows[0], (), key="POST /orders", statuses=(201, 201), twist=SAME_KEY)
    assert not found(NAME, replayed, HERE)


def test_only_two_accepted_requests_are_judged() -> None:
    assert not applies(NAME, twice((), (), statuses=(204, 404), key="DELETE /orders/{id}"), HERE)
    assert not applies(NAME, twice((), (), statuses=(404, 204), key="DELETE /orders/{id}"), HERE)
    assert not applies(NAME, twice((), (), key="POST /orders"), HERE)
    assert not applies(NAME, exchange(PUT), HERE)
    assert abstains(NAME, twice(None, ()), HERE)
    assert abstains(NAME, twice((), (), statuses=(202, 200)), HERE)
