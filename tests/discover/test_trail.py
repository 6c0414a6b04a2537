from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from seamline.discover.tables import data_file
from seamline.discover.trail import trails
from seamline.openapi.table.match import Match

from .world import catalog, table

SHOP = catalog(
    table("orders", "id:int status:text"),
    table("users", "id:int created:time updated:time"),
    table("log", "id:int text:text"),
    table("events", "id:int order_id:int", foreign={"order_id": "orders.id"}),
)
TABLES = {"POST /orders": "orders", "PATCH /orders/{id}": "orders", "POST /users": "users"}


def lab(**refused: list[tuple[str, str]]) -> Any:
    matches = {o: Match(table=t) for o, t in TABLES.items()}
    return SimpleNamespace(catalog=SHOP, matches=matches, refused=refused)


def by(*operations: str, op: str = "insert") -> list[tuple[str, str]]:
    return [(o, op) for o in operations]


def test_what_refused_requests_of_several_resources_add_to_is_a_trail() -> None:
    assert trails(lab(log=by(*TABLES))) == ["log"]


def test_what_one_resource_s_operations_leave_behind_is_none() -> None:
    assert not trails(lab(log=by("POST /orders", "PATCH /orders/{id}")))
    assert not trails(lab(log=by("POST /orders", "POST /users")))


def test_rows_of_a_resource_and_rows_that_others_refer_to_are_no_trail() -> None:
    assert not trails(lab(users=by(*TABLES)))
    assert not trails(lab(orders=by(*TABLES, "POST /a", "POST /b")))


def test_what_is_changed_or_removed_too_is_no_trail() -> None:
    assert not trails(lab(log=[*by(*TABLES), *by("POST /users", op="update")]))


EARLY, LATE = "2026-01-01T10:00:00.000001+00:00", "2026-01-01T10:00:00.000002+00:00"


def checks_of_users(new: dict[str, str]) -> list[dict[str, Any]]:
    rows = [{"id": n, "created": EARLY, "updated": LATE} for n in range(3)]
    known = {"users": rows}
    made = {"users": [new]}
    return list(data_file(SHOP, (), known, made, made)["tables"]["users"]["checks"])


def test_times_that_a_new_row_has_from_one_look_at_the_clock_are_ordered() -> None:
    assert checks_of_users({"created": EARLY, "updated": EARLY})


def test_times_that_it_has_from_two_are_not() -> None:
    assert not checks_of_users({"created": EARLY, "updated": LATE})
