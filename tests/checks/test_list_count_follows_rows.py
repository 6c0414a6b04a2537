from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.model.case import Twist
from seamline.model.exchange import Exchange

from .world import abstains, applies, context, deleted, exchange, found, inserted

NAME, GET, HERE = "listCountFollowsRows", "GET /orders", context()
AFTER = Twist(scenario="listAfter", what="one more", where="rows")
MADE = (inserted("orders"),)
OLD, NEW = {"id": 1, "note": "a"}, {"id": 7, "note": "b"}


def listed(before: Any, after: Any, *, changes: Any = MADE, status: int = 201) -> Exchange:
    first = exchange(GET, 200, before, target="/orders")
    create = exchange("POST /orders", status, {"id": 7}, changes=changes, step=1)
    return exchange(GET, 200, after, target="/orders", earlier=(first, create), twist=AFTER, step=2)


def page(total: int, *items: Any) -> dict[str, Any]:
    return {"total": total, "items": list(items)}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (page(1, OLD), page(2, OLD, NEW)),
        (page(50, OLD), page(51, OLD)),
        (page(1, OLD), page(1, OLD)),
    ],
)
def test_one_more_or_one_that_is_not_listed_is_right(before: Any, after: Any) -> None:
    assert not found(NAME, listed(before, after), HERE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (page(1, OLD), page(3, OLD, NEW)),
        (page(1, OLD), page(1, OLD, NEW)),
        (page(9, OLD), page(8, OLD)),
    ],
)
def test_another_step_is_found(before: Any, after: Any) -> None:
    (finding,) = found(NAME, listed(before, after), HERE)
    assert (finding.severity, finding.detail) == ("error", "orders")


def test_abstains_where_it_cannot_know() -> None:
    both = page(1, OLD), page(3, OLD, NEW)
    assert abstains(NAME, listed({"items": []}, {"items": [NEW]}), HERE)
    assert abstains(NAME, listed(*both, changes=None), HERE)
    busy = msgspec.structs.replace(listed(*both), changes=MADE)
    assert abstains(NAME, busy, HERE)
    assert abstains(NAME, listed(*both), context(resource=None))
    assert abstains(NAME, listed(*both, changes=(inserted("orders"),) * 2), HERE)
    assert abstains(NAME, listed(*both, changes=(inserted("orders"), deleted("orders"))), HERE)


def test_only_behind_an_accepted_create() -> None:
    assert not applies(NAME, listed({}, {}, status=409), HERE)
    assert not applies(NAME, exchange(GET, 200, page(1)), HERE)
