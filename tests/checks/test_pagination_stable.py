"""Pages that are the list, and pages that are not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.openapi.document import parse
from seamline.openapi.operation import operations

from .world import abstains, context, exchange, found

CHECK = "paginationStable"
KEY = "GET /orders"


def listing(turn: str = "page", **schema: Any) -> Context:
    number = {"type": "integer", **schema}
    turn_schema = {"type": "string"} if turn == "cursor" else number
    parameters = [
        {"name": "size", "in": "query", "schema": {"type": "integer", "maximum": 100}},
        {"name": turn, "in": "query", "schema": turn_schema},
    ]
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/orders": {"get": {"parameters": parameters, "responses": {}}}},
    }
    known = operations(parse(json.dumps(raw).encode(), "openapi.json"))[KEY]
    return msgspec.structs.replace(context(), operation=known)


def answer(ids: Any, query: str = "", total: int | None = None, scenario: str = "page") -> Exchange:
    body: dict[str, Any] = {"items": [{"id": i} for i in ids]}
    if total is not None:
        body["total"] = total
    twist = Twist(scenario=scenario, what="a small page", where="query page")
    return exchange(KEY, 200, body, target=f"/orders?{query}", twist=twist)


def last(
    whole: Any, pages: list[Any], turn: str = "page", again: Any = None, **more: Any
) -> Exchange:
    first = 1 if turn == "page" else 0
    sent = [
        answer(p, f"size=2&{turn}={first + n if turn == 'page' else 2 * n}", **more)
        for n, p in enumerate(pages)
    ]
    before = (
        answer(whole, "size=100", scenario="", **more),
        answer(again or whole, "size=100", scenario="whole-list-again", **more),
        *sent[:-1],
    )
    return msgspec.structs.replace(sent[-1], earlier=before)


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        ([[1, 2], [2, 3]], "repeated"),
        ([[1, 2], [4, 5]], "left out"),
        ([[1, 2], [4, 3]], "order"),
        ([[1, 2, 3, 4, 5]], "size"),
        ([[1]], "left out"),
        ([[1, 2], []], "left out"),
    ],
)
def test_pages_that_are_not_the_list_are_found(pages: list[Any], kind: str) -> None:
    (finding,) = found(CHECK, last([1, 2, 3, 4, 5], pages), listing())
    assert finding.detail == f"pages {kind}"


@pytest.mark.parametrize("turn", ["page", "offset"])
def test_pages_that_follow_one_another_are_right(turn: str) -> None:
    pages: list[Any] = [[5, 4], [3, 2], [1], []]
    for number in range(1, 5):
        x = last([5, 4, 3, 2, 1], pages[:number], turn, total=5)
        assert not found(CHECK, x, listing(turn))


def test_pages_may_be_counted_from_zero() -> None:
    assert not found(CHECK, last([1, 2, 3, 4, 5, 6], [[3, 4], [5, 6]]), listing())


def test_a_fault_is_told_once_and_the_end_of_what_is_known_is_not_judged() -> None:
    assert not found(CHECK, last([1, 2, 3, 4, 5, 6], [[1, 2], [2, 3], [4, 5]]), listing())
    assert not found(CHECK, last([1, 2], [[1, 2], [1, 2]]), listing())  # clamped to the last page


def test_totals_that_differ_are_found() -> None:
    right = last([1, 2, 3], [[1, 2]], total=3)
    wrong = msgspec.structs.replace(answer([1, 2], "size=2&page=1", total=2), earlier=right.earlier)
    (finding,) = found(CHECK, wrong, listing())
    assert finding.detail == "pages total"


def test_a_cursor_may_give_short_pages_and_ends_where_there_is_none() -> None:
    whole = answer([1, 2, 3], "size=100", scenario="")
    pages = [answer([1], "size=2"), answer([2, 3], "size=2&cursor=b"), answer([1], "size=2")]
    for number, page in enumerate(pages):
        x = msgspec.structs.replace(page, earlier=(whole, whole, *pages[:number]))
        assert not found(CHECK, x, listing("cursor"))
    skipped = answer([3], "size=2&cursor=b")
    x = msgspec.structs.replace(skipped, earlier=(whole, whole, pages[0]))
    assert found(CHECK, x, listing("cursor"))


def test_a_list_that_changes_by_itself_is_not_judged() -> None:
    assert abstains(CHECK, last([1, 2, 3], [[2, 1]], again=[2, 1, 3]), listing())
    assert abstains(CHECK, last([1, 2, 3], [[2, 1]], again=[1, 2, 3, 4]), listing())
    assert abstains(CHECK, last([1], [[1]]), listing())
    lost = msgspec.structs.replace(last([1, 2, 3], [[1, 2]]), response=None)
    assert abstains(CHECK, lost, listing())


def test_another_order_of_the_same_request_and_items_twice_are_warnings() -> None:
    def again(one: Any, two: Any) -> Exchange:
        return msgspec.structs.replace(
            answer(two, "size=100", scenario="whole-list-again"),
            earlier=(answer(one, "size=100", scenario=""),),
        )

    (order,) = found(CHECK, again([1, 2], [2, 1]), listing())
    (twice,) = found(CHECK, again([1, 2, 1], [1, 2, 1]), listing())
    assert (order.severity, twice.severity) == ("warning", "warning")
    assert not found(CHECK, again([1, 2], [1, 2]), listing())
    assert not found(CHECK, again([1, 2], [1, 2, 3]), listing())
