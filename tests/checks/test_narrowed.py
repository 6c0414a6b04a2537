"""Filtered and sorted lists, right and wrong."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from seamline.checks import Context
from seamline.checks.comparing import compare, is_like
from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.openapi.document import parse
from seamline.openapi.operation import operations

from .world import abstains, context, exchange, found

KEY = "GET /orders"
FILTER, SORT = "filterObeys", "sortObeys"


def listing() -> Context:
    def text(**more: Any) -> dict[str, Any]:
        return {"type": "string", **more}

    schemas = {
        "size": {"type": "integer", "maximum": 100},
        "page": {"type": "integer"},
        "status": text(),
        "kind": text(enum=["a", "b"]),
        "min_price": text(),
        "before": text(),
        "sort": text(enum=["name", "price", "-price"]),
    }
    parameters = [{"name": n, "in": "query", "schema": s} for n, s in schemas.items()]
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/orders": {"get": {"parameters": parameters, "responses": {}}}},
    }
    known = operations(parse(json.dumps(raw).encode(), "openapi.json"))[KEY]
    return msgspec.structs.replace(context(), operation=known)


WHOLE = [
    {"id": 1, "status": "open", "price": "9.50", "name": "b", "kind": "z"},
    {"id": 2, "status": "paid", "price": "10.00", "name": "a", "kind": "z"},
    {"id": 3, "status": "open", "price": "100.00", "name": "c", "kind": "z"},
]


def asked(query: str, ids: list[int], scenario: str, whole: Any = WHOLE) -> Exchange:
    items = [i for n in ids for i in WHOLE if i["id"] == n]
    first = exchange(KEY, 200, {"items": whole, "total": len(whole)}, target="/orders?size=100")
    return exchange(
        KEY,
        200,
        {"items": items, "total": len(items)},
        target=f"/orders?size=100&{query}",
        twist=Twist(scenario=scenario, what="x", where="query x"),
        earlier=(first,),
    )


@pytest.mark.parametrize(
    ("query", "ids", "kind"),
    [
        ("status=open", [1, 2, 3], "status lets through"),
        ("status=open", [1], "status leaves out"),
        ("min_price=10.00", [1, 2, 3], "min_price lets through"),
        ("min_price=9.75", [2], "min_price leaves out"),
    ],
)
def test_a_filter_that_does_not_do_what_it_says_is_found(
    query: str, ids: list[int], kind: str
) -> None:
    (finding,) = found(FILTER, asked(query, ids, "filter"), listing())
    assert finding.detail == kind


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("status=open", [1, 3]),
        ("status=OPEN", [1, 3]),
        ("min_price=10.00", [2, 3]),
        ("min_price=10.00", [3]),  # a bound may or may not belong to the range
    ],
)
def test_a_filter_that_does_is_right(query: str, ids: list[int]) -> None:
    assert not found(FILTER, asked(query, ids, "filter"), listing())


def test_what_the_document_leaves_open_is_not_judged() -> None:
    assert abstains(FILTER, asked("kind=z", [1, 2, 3], "filter"), listing())
    assert abstains(FILTER, asked("before=x", [1, 2, 3], "filter"), listing())
    assert abstains(FILTER, asked("", [1], "filter"), listing())
    assert abstains(FILTER, asked("status=open", [1], "filter", whole=[]), listing())


def test_an_order_that_is_not_kept_is_found() -> None:
    (finding,) = found(SORT, asked("sort=-price", [1, 2, 3], "sort"), listing())
    assert finding.detail == "order -price"
    (finding,) = found(SORT, asked("sort=-price", [3, 2], "sort"), listing())
    assert finding.detail == "left out -price"
    assert found(SORT, asked("sort=name", [1, 2, 3], "sort"), listing())


@pytest.mark.parametrize(
    ("query", "ids"),
    [("sort=-price", [3, 2, 1]), ("sort=price", [1, 2, 3]), ("sort=name", [3, 1, 2])],
)
def test_an_order_that_is_kept_is_right_and_without_a_direction_either_is(
    query: str, ids: list[int]
) -> None:
    assert not found(SORT, asked(query, ids, "sort"), listing())


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        (1, 2, -1),
        ("b", "a", 1),
        ("a", "B", None),  # by code point the other way round
        ("9.50", "10.00", -1),
        ("9", "10", None),
        ("20.00", "10.00", 1),
        ("co-op", "cool", None),
        ("é", "f", None),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:30:00+01:00", 1),
        (None, 1, None),
        (True, False, None),
    ],
)
def test_values_are_compared_only_where_every_order_agrees(one: Any, other: Any, sign: Any) -> None:
    assert compare(one, other) == sign


def test_a_filter_may_mean_a_part_of_a_text_and_another_notation_of_a_number() -> None:
    assert is_like("Open order", "open")
    assert is_like(5, "5.0")
    assert is_like(True, "true")
    assert not is_like(None, "open")
    assert not is_like("paid", "open")
