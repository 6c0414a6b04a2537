from __future__ import annotations

from typing import Any

import pytest

from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import abstains, applies, change, context, deleted, exchange, found, inserted, updated

NAME, GET, HERE = "laterReadAgrees", "GET /orders/{id}", context()
ASKED: dict[str, Any] = {"note": "a note", "country": "DE", "placed_at": "2030-01-01T12:00:00Z"}
ROW = {**ASKED, "placed_at": "2030-01-01T12:00:00+00:00", "total": "2.50"}


def step(number: int, key: str, status: int, body: Any, **more: Any) -> Exchange:
    return exchange(key, status, body, step=number, **more)


def created(*changes: RowChange, answer: Any = None, **more: Any) -> Exchange:
    told = {"id": 7, **ASKED} if answer is None else answer
    rows = changes or (inserted("orders", **ROW),)
    return step(0, "POST /orders", 201, told, sent=ASKED, target="/orders", changes=rows, **more)


def read(body: Any, *earlier: Exchange, status: int = 200, **more: Any) -> Exchange:
    return step(len(earlier), GET, status, body, earlier=earlier, kind="sequence", **more)


def test_what_is_read_as_it_was_written_is_right() -> None:
    assert not found(NAME, read({"id": 7, **ASKED, "request_id": "x"}, created()), HERE)
    other_form = {"placed_at": "2030-01-01T13:00:00+01:00", "note": "a note"}
    assert not found(NAME, read(other_form, created()), HERE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("note", "a no"), ("country", "AT"), ("placed_at", "2030-01-01T14:00:00Z")],
)
def test_a_property_that_is_read_otherwise_is_found(name: str, value: Any) -> None:
    (finding,) = found(NAME, read({**ASKED, name: value}, created()), HERE)
    assert (finding.severity, finding.detail) == ("error", f"{name} after POST")


def test_what_only_the_create_answered_counts_where_its_row_says_so() -> None:
    write = created(answer={"id": 7, "total": "2.50"})
    (finding,) = found(NAME, read({"total": "3.50"}, write), HERE)
    assert finding.detail == "total after POST"
    assert not found(NAME, read({"total": "2.5"}, write), HERE)


def test_without_a_row_the_answer_has_to_confirm_it() -> None:
    nowhere = context(resource=None)
    (finding,) = found(NAME, read({"note": "another"}, created()), nowhere)
    assert finding.severity == "warning"
    silent = created(answer={"id": 7, "note": "A NOTE"})
    assert not found(NAME, read({"note": "another"}, silent), nowhere)


def test_states_secrets_and_objects_are_left_out() -> None:
    asked = {"status": "new", "password": "hunter22", "note": "n"}
    write = step(
        0, "POST /orders", 201, {"id": 7, **asked}, sent=asked, target="/orders", changes=()
    )
    told = {"status": "paid", "password": "***", "note": {"text": "n"}}
    assert not found(NAME, read(told, write), HERE)


def test_another_write_or_a_changed_row_may_have_changed_it() -> None:
    paid = step(1, "POST /orders/{id}/pay", 200, {}, target="/orders/7/pay", sent={})
    assert not found(NAME, read({"note": "another"}, created(), paid), HERE)
    touched = (updated("orders", ROW, note="another"),)
    write = created(answer={"id": 7, "total": "2.50"})
    assert not found(NAME, read({"total": "3.50"}, write, changes=touched), HERE)


def test_an_update_counts_and_not_what_was_before() -> None:
    row = updated("orders", ROW, note="new")
    patch = step(1, "PATCH /orders/{id}", 204, b"", sent={"note": "new"}, changes=(row,))
    assert not found(NAME, read({**ASKED, "note": "new"}, created(), patch), HERE)
    (finding,) = found(NAME, read(ASKED, created(), patch), HERE)
    assert finding.detail == "note after PATCH"


def test_what_was_written_and_is_absent_is_found() -> None:
    (finding,) = found(NAME, read({}, created(), status=404), HERE)
    assert finding.detail == "absent after POST"
    assert abstains(NAME, read({}, created(), status=404, expected=(404,)), HERE)
    assert abstains(NAME, read({}, created(), status=404, identity="bob"), HERE)
    assert abstains(NAME, read({}, created(), status=403), HERE)


def gone(*changes: RowChange, number: int = 1) -> Exchange:
    return step(number, "DELETE /orders/{id}", 204, b"", changes=changes)


def test_what_was_deleted_is_not_found_any_more() -> None:
    removed = gone(deleted("orders", **ROW))
    assert not found(NAME, read({}, created(), removed, status=404), HERE)
    (finding,) = found(NAME, read(ASKED, created(), removed), HERE)
    assert (finding.severity, finding.detail) == ("error", "after DELETE")


def test_what_is_only_marked_may_be_shown_as_marked() -> None:
    marked = gone(updated("orders", ROW, deleted_at="2030-01-01"))
    shown = {**ASKED, "deleted_at": "2030-01-01"}
    assert not found(NAME, read(shown, created(), marked), HERE)
    assert [f.severity for f in found(NAME, read({"note": "x"}, created(), marked), HERE)] == [
        "warning"
    ]
    assert abstains(NAME, read(ASKED, created(), marked, expected=(200,)), HERE)


def test_a_location_names_what_was_created() -> None:
    write = created(headers={"location": "/v1/orders/7", "content-type": "application/json"})
    x = read({**ASKED, "note": "b"}, write, target="/v1/orders/7")
    assert found(NAME, x, HERE)


def test_what_nobody_wrote_is_not_judged() -> None:
    assert not applies(NAME, read({}), HERE)
    assert not applies(NAME, read({}, created(), target="/orders/8"), HERE)
    refused = step(0, "POST /orders", 409, {"id": 7}, sent=ASKED, target="/orders")
    assert not applies(NAME, read({}, refused), HERE)
    me = created(answer={"id": 3}, headers={"location": "/users/me"})
    assert not applies(NAME, read({}, me, target="/users/me"), HERE)


def test_somebody_elses_view_is_not_compared() -> None:
    assert abstains(NAME, read({"note": "***"}, created(), identity="bob"), HERE)


def test_several_new_rows_say_nothing_of_one() -> None:
    rows = [change("insert", "orders", None, {"id": n, **ROW}) for n in (7, 8)]
    write = created(*rows, answer={"id": 7, "total": "2.50"})
    assert not found(NAME, read({"total": "3.50"}, write), HERE)
