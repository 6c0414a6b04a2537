"""Answers against the rows that stand at that moment: each fault, and what is as sound and looks like it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.checks.context import Noise
from seamline.checks.reconciled import parameters_in, unsaid, window_of
from seamline.model.exchange import Exchange, Standing, StandingRow
from seamline.openapi.document import parse
from seamline.openapi.operation import Operation, operations
from seamline.spec.data import Reconciliation

from .world import CATALOG, abstains, applies, exchange, found, inserted, look, updated

NAME = "answerEqualsRows"
COLUMNS = {"#/id": "id", "#/total": "total", "#/placed_at": "placed_at"}
ONE: dict[str, Any] = {"operation": "GET /orders/{id}", "table": "orders", "columns": COLUMNS}
LIST: dict[str, Any] = {
    **ONE,
    "operation": "GET /orders",
    "each": "#/items",
    "where": "user_id = :identity.id",
    "orderBy": "id DESC",
    "total": "#/total",
}


def listing(**query: dict[str, Any]) -> Operation:
    """GET /orders with its query parameters and their schemas."""
    parameters = [{"name": n, "in": "query", "schema": s} for n, s in query.items()]
    item = {"get": {"parameters": parameters, "responses": {"200": {"description": ""}}}}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {"/orders": item},
    }
    return operations(parse(msgspec.json.encode(raw), "openapi.json"))["GET /orders"]


PAGED = listing(
    page={"type": "integer", "minimum": 1, "default": 1},
    size={"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    status={"type": "string"},
)


def told(entry: dict[str, Any], known: Operation | None = None, **more: Any) -> Context:
    said = msgspec.convert(entry, Reconciliation)
    return Context(catalog=CATALOG, operation=known, reconcile=(said,), **more)


def row(item: int, key: int, *, place: int | None = None, shown: bool | None = True) -> StandingRow:
    values = {"#/id": key, "#/total": 19.9, "#/placed_at": "2024-02-01T12:00:00+00:00"}
    return StandingRow(
        item=item, key={"id": key}, values=values, shown=shown, low=place, high=place
    )


def order(key: int, **other: Any) -> dict[str, Any]:
    return {"id": key, "total": "19.90", "placed_at": "2024-02-01T12:00:00Z", **other}


def read(*rows: StandingRow, body: Any = None, **more: Any) -> Exchange:
    standing = (Standing(entry=0, rows=rows),)
    return exchange(body=order(7) if body is None else body, standing=standing, **more)


def page(
    *keys: int,
    rows: tuple[StandingRow, ...] | None = None,
    total: int = 3,
    count: int = 3,
    missing: tuple[int, ...] = (),
    target: str = "/orders",
    **more: Any,
) -> Exchange:
    """A page of the orders 9, 8, 7, which stand in that order."""
    places = {9: 1, 8: 2, 7: 3}
    if rows is None:
        rows = tuple(row(n, k, place=places[k]) for n, k in enumerate(keys))
    standing = Standing(entry=0, rows=rows, count=count, missing=tuple({"id": k} for k in missing))
    body = {"items": [order(k) for k in keys], "total": total}
    return exchange("GET /orders", body=body, target=target, standing=(standing,), **more)


def titles(x: Exchange, context: Context) -> list[str]:
    return [f.title for f in found(NAME, x, context)]


def test_one_row_in_other_notations_is_the_same() -> None:
    assert found(NAME, read(row(0, 7)), told(ONE)) == []
    assert not applies(NAME, exchange(body=order(7)), told(ONE))


def test_a_field_that_is_not_its_column() -> None:
    (one,) = found(NAME, read(row(0, 7), body=order(7, total="18.90")), told(ONE))
    assert one.title == "#/total is not orders.total"
    assert (one.severity, one.expected) == ("error", "#/total = 19.9, as orders.total is")
    assert one.actual == "#/total = '18.90'"


def test_what_is_left_out_of_an_answer_is_not_compared() -> None:
    assert found(NAME, read(row(0, 7), body={"id": 7}), told(ONE)) == []


def test_what_is_answered_is_no_row() -> None:
    assert titles(read(), told(ONE)) == ["what is answered is no row of orders"]


def test_a_row_of_somebody_else() -> None:
    entry = {**ONE, "where": "user_id = :identity.id"}
    (title,) = titles(read(row(0, 7, shown=False)), told(entry))
    assert title == "the answer shows a row of orders that ann must not see"


def test_a_learned_entry_warns() -> None:
    (one,) = found(NAME, read(), told({**ONE, "learned": True}))
    assert one.severity == "warning"


@pytest.mark.parametrize(
    "more",
    [
        {"earlier": (exchange("POST /orders", 201, changes=(inserted("orders"),)),)},
        {"target": "/orders/7?tz=Berlin"},
    ],
    ids=["written just before", "another parameter"],
)
def test_a_learned_entry_says_nothing_of_what_it_was_not_learned_of(more: dict[str, Any]) -> None:
    assert abstains(NAME, read(**more), told({**ONE, "learned": True}))
    assert len(found(NAME, read(**more), told(ONE))) == 1


def test_an_answer_from_a_cache_says_nothing() -> None:
    headers = {"content-type": "application/json", "cache-control": "public, max-age=60"}
    assert abstains(NAME, read(headers=headers), told(ONE))


def test_what_the_request_itself_moves_and_what_is_noise_is_not_compared() -> None:
    wrong = order(7, total="1.00")
    moved = (updated("orders", {"total": 1}, total=19.9),)
    assert found(NAME, read(row(0, 7), body=wrong, changes=moved), told(ONE)) == []
    noisy = told(ONE, noise=Noise(fields=frozenset({"#/total"})))
    assert found(NAME, read(row(0, 7), body=wrong), noisy) == []


def test_a_computed_value() -> None:
    entry = {**ONE, "columns": {"#/id": "id", "#/total": {"sql": "price * 2"}}}
    stood = StandingRow(item=0, values={"#/id": 7, "#/total": 20})
    x = read(body={"id": 7, "total": "20.00"})

    def of(value: int, kind: str = "numeric") -> Exchange:
        rows = (msgspec.structs.replace(stood, values={"#/id": 7, "#/total": value}),)
        standing = Standing(entry=0, rows=rows, types={"#/total": kind})
        return msgspec.structs.replace(x, standing=(standing,))

    assert found(NAME, of(20), told(entry)) == []
    assert titles(of(21), told(entry)) == ["#/total is not what price * 2 gives"]


def test_a_whole_list_and_its_pages_are_as_the_rows() -> None:
    context = told(LIST, PAGED)
    assert found(NAME, page(9, 8, 7), context) == []
    assert found(NAME, page(9, 8, target="/orders?size=2"), context) == []
    assert found(NAME, page(7, target="/orders?size=2&page=2"), context) == []
    assert found(NAME, page(target="/orders?page=40"), context) == []


def test_an_item_that_differs() -> None:
    x = page(9, 8, 7)
    body = {"items": [order(9), order(8, total="1.00"), order(7)], "total": 3}
    x = msgspec.structs.replace(x, response=exchange(body=body).response)
    assert titles(x, told(LIST, PAGED)) == ["#/total is not orders.total, in 1 of 3 items"]


def test_rows_of_others_are_a_leak_and_the_rest_is_not_told_twice() -> None:
    rows = (row(0, 9, place=1), row(1, 8, shown=False))
    x = page(9, 8, rows=rows, count=1)
    assert titles(x, told(LIST, PAGED)) == ["the list shows rows of orders that ann must not see"]


def test_items_that_are_no_rows() -> None:
    x = page(9, 8, rows=(row(0, 9, place=1),), count=1)
    assert titles(x, told(LIST, PAGED)) == ["a list shows what is no row of orders"]


def test_a_total_that_lies() -> None:
    wrong = "#/total is not the number of rows that the list is of"
    assert titles(page(9, 8, 7, total=4), told(LIST, PAGED)) == [wrong]


def test_rows_that_are_left_out() -> None:
    (one,) = found(NAME, page(9, 7, missing=(8,)), told(LIST, PAGED))
    assert one.title == "a list leaves out rows of orders that it must show"
    assert one.actual == "2 items; not among them: id 8"
    x = page(8, 7, target="/orders?size=2", missing=(9,))
    assert titles(x, told(LIST, PAGED)) == [one.title]


def test_a_wrong_order_and_ties_in_it() -> None:
    assert titles(page(7, 8, 9), told(LIST, PAGED)) == [
        "a list is in another order than it must be"
    ]
    ties = tuple(msgspec.structs.replace(row(n, k), low=1, high=3) for n, k in enumerate((7, 8, 9)))
    assert found(NAME, page(7, 8, 9, rows=ties), told(LIST, PAGED)) == []


def test_a_row_twice() -> None:
    rows = (row(0, 9, place=1), row(1, 9, place=1), row(2, 7, place=3))
    x = page(9, 9, 7, rows=rows)
    assert titles(x, told(LIST, PAGED)) == ["a list shows a row more than once"]


def test_what_a_filter_leaves_out_is_not_missed() -> None:
    x = page(9, target="/orders?status=new", missing=(8,))
    findings, why = look(NAME, x, told(LIST, PAGED))
    assert (findings, why) == ([], "`where` says nothing of status")
    entry = {**LIST, "where": "user_id = :identity.id AND status = :query.status"}
    assert len(found(NAME, x, told(entry, PAGED))) == 1


def test_a_list_that_may_be_cut_is_not_short() -> None:
    """Without a documented bound a system may answer fewer than were asked for."""
    known = listing(page={"type": "integer", "minimum": 1}, size={"type": "integer"})
    x = page(9, 8, target="/orders?size=90", missing=(7,))
    assert found(NAME, x, told(LIST, known)) == []


def test_a_list_that_the_request_itself_changes_says_nothing() -> None:
    x = page(9, 8, missing=(7,), changes=(inserted("orders"),))
    assert abstains(NAME, x, told(LIST, PAGED))


def test_what_could_not_be_asked_is_told() -> None:
    x = exchange(body=order(7), standing=(Standing(entry=0, error="no row stands for ann"),))
    assert look(NAME, x, told(ONE)) == ([], "no row stands for ann")


@pytest.mark.parametrize(
    ("target", "offset", "size"),
    [
        ("/orders", 0, 20),
        ("/orders?page=3", 40, 20),
        ("/orders?page=3&size=5", 10, 5),
        ("/orders?page=x", None, 20),
        ("/orders?limit=5", None, None),
    ],
)
def test_where_a_page_stands(target: str, offset: int | None, size: int | None) -> None:
    window = window_of(exchange("GET /orders", target=target), PAGED)
    assert (window.offset, window.size) == (offset, size)


def test_a_page_that_may_be_counted_from_0_or_from_1_stands_nowhere() -> None:
    known = listing(page={"type": "integer"}, size={"type": "integer", "default": 20})
    assert window_of(exchange("GET /orders", target="/orders?page=1"), known).offset is None


def test_parameters_are_found_where_they_are_and_not_in_texts_and_casts() -> None:
    sql = """a = :path.id AND b = ':query.no' AND "c:query.no" = 1 -- :query.no
        AND d::text = :query."page[size]" /* :query.no */ AND e = $q$ :query.no $q$ AND E'\\':path.no' = f"""
    assert list(parameters_in(sql)) == [("path", "id"), ("query", "page[size]")]


def test_a_parameter_sent_twice_is_one_of_which_nothing_is_known() -> None:
    said = msgspec.convert({**LIST, "where": "status = :query.status"}, Reconciliation)
    x = exchange("GET /orders", target="/orders?status=new&status=paid&page=1&page=2&q=1")
    assert unsaid(x, said) == ["page", "q", "status"]
