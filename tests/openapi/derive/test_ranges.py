from __future__ import annotations

from typing import Any

import pytest

from seamline.model.case import RequestTemplate
from seamline.openapi.derive.ranges import ranges
from seamline.openapi.operation import Operation, Parameter
from seamline.run.edited import apply

INT = {"type": "integer", "minimum": 5}
MONEY = {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,4})\.[0-9]{2}$"}
DATE = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}


def operation(**parameters: Any) -> Operation:
    return Operation(
        method="GET",
        path="/x",
        operation_id="",
        parameters=tuple(
            Parameter(name=n, place="query", required=False, schema=s)
            for n, s in parameters.items()
        ),
        answers={},
        security=(),
    )


@pytest.mark.parametrize(
    ("low", "high", "schema"),
    [
        ("min_price", "max_price", MONEY),
        ("minPrice", "maxPrice", INT),
        ("from", "to", DATE),
        ("created_after", "created_before", {"type": "string", "format": "date-time"}),
        ("price_gte", "price_lte", {"type": "number"}),
    ],
)
def test_a_pair_is_asked_in_order_and_crossed(low: str, high: str, schema: Any) -> None:
    straight, crossed = ranges(operation(**{low: schema, high: schema, "q": {"type": "string"}}))
    (one, two) = (apply(RequestTemplate(), e) for e in (straight, crossed))
    assert one is not None
    assert two is not None
    assert set(one.query) == set(two.query) == {low, high}
    key = float if schema in (INT, MONEY, {"type": "number"}) else str
    assert key(one.query[low]) < key(one.query[high])  # type: ignore[operator]
    assert (two.query[low], two.query[high]) == (one.query[high], one.query[low])
    assert straight.slug != crossed.slug


@pytest.mark.parametrize(
    "parameters",
    [
        {"min_price": INT, "max_weight": INT},
        {"min_price": INT},
        {"min_price": INT, "max_price": MONEY},
        {"min": {"type": "integer", "maximum": 3}, "max": {"type": "integer", "maximum": 3}},
        {"from": {"type": "string"}, "to": {"type": "string"}},
    ],
)
def test_what_is_no_pair_or_has_no_two_values_is_left_alone(parameters: Any) -> None:
    assert not list(ranges(operation(**parameters)))
