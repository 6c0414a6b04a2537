"""Whose rows a list shows, and in which order: learnt where all callers bear it out, and not elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from seamline.discover.act import Act
from seamline.discover.lab import Lab, Tried
from seamline.discover.learn import Success
from seamline.discover.shown import shown_rows
from seamline.openapi.operation import Operation

from ..checks.world import exchange
from .world import catalog, table

CATALOG = catalog(
    table("users", "id:int email:text"),
    table("orders", "id:int user_id:int note:text at:time", foreign={"user_id": "users.id"}),
)
OPERATION = Operation(
    method="GET", path="/orders", operation_id="", parameters=(), answers={}, security=()
)
ROWS = [
    {"id": n, "user_id": 1 + n % 2, "note": f"note {n}", "at": f"2024-02-{n:02d}T12:00:00+00:00"}
    for n in range(1, 13)
]
MINE = {
    "ann": {"users": {"id": 1, "email": "ann@x"}},
    "bob": {"users": {"id": 2, "email": "bob@x"}},
}


def answer(keys: Sequence[int], **headers: str) -> Tried:
    items = [{"id": r["id"], "note": r["note"]} for k in keys for r in ROWS if r["id"] == k]
    head = {"content-type": "application/json", **headers}
    body = {"items": items, "total": len(items)}
    return Tried(last=exchange("GET /orders", body=body, target="/orders", headers=head))


async def learnt(first: Tried, **others: Tried) -> dict[str, Any] | None:
    async def attempt(acts: Sequence[Act]) -> Tried:
        return others.get(acts[0].identity, Tried())

    world = SimpleNamespace(
        operations={OPERATION.key: OPERATION},
        catalog=CATALOG,
        rows={"orders": ROWS},
        roles={"ann": None, "bob": None, "admin": None},
        mine=MINE,
        attempt=attempt,
    )
    act = Act(operation=OPERATION.key, identity="ann", request={})
    success = SimpleNamespace(
        operation=OPERATION, acts=(act,), tried=first, table="orders", columns={}, identity="ann"
    )
    found = await shown_rows(cast("Lab", world), {OPERATION.key: cast("Success", success)})
    return found[0] if found else None


ANN, BOB = [12, 10, 8, 6, 4, 2], [11, 9, 7, 5, 3, 1]


async def test_a_list_of_the_caller_newest_first() -> None:
    assert await learnt(answer(ANN), bob=answer(BOB)) == {
        "operation": "GET /orders",
        "table": "orders",
        "columns": {"#/id": "id", "#/note": "note"},
        "each": "#/items",
        "where": "user_id = :identity.id",
        "orderBy": "id DESC",
        "total": "#/total",
        "learned": True,
    }


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"bob": answer([*BOB, 2])},
        {"bob": answer(BOB[1:])},
        {"bob": answer(BOB), "admin": answer([*ANN, *BOB])},
    ],
    ids=["nobody else", "one of another", "not all", "somebody sees all"],
)
async def test_whose_rows_they_are_is_not_said_where_somebody_sees_others(
    others: dict[str, Tried],
) -> None:
    found = await learnt(answer(ANN), **others)
    assert found is not None
    assert found.keys() == {"operation", "table", "columns", "each", "learned"}


async def test_the_oldest_first_may_be_no_order() -> None:
    found = await learnt(answer(ANN[::-1]), bob=answer(BOB))
    assert found is not None
    assert "where" in found
    assert "orderBy" not in found


async def test_what_comes_from_a_cache_and_what_is_no_row_teaches_nothing() -> None:
    assert await learnt(answer(ANN, **{"cache-control": "max-age=60"})) is None
    strange = exchange("GET /orders", body={"items": [{"id": 99, "note": "x"}], "total": 1})
    assert await learnt(Tried(last=strange)) is None
