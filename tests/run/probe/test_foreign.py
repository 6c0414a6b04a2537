"""Whose things are asked for by whom, and what the catalog says of owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from seamline.model.case import Case
from seamline.run.address import addresses, way_to_owner
from seamline.run.probe.foreign import foreign, foreign_not_covered
from seamline.run.probe.world import World

from ...checks.world import CATALOG, column, table
from .world import base, context, operation, world

WHO = {"ann": "customer", "sam": "staff", "bob": "customer"}
PEOPLE = dict.fromkeys(WHO, "users")
KEYS = {
    "GET /orders": "orders",
    "GET /orders/{id}": "orders",
    "POST /orders/{id}/payment": "payments",
    "GET /folders/{id}": "folders",
}


def shop(**more: Any) -> World:
    return world(
        {k: base(k, path={"id": 7}, query={"page": 2}) for k in KEYS},
        {k: {"resource": r} for k, r in KEYS.items()},
        **{"roles": WHO, "people": PEOPLE, "catalog": CATALOG, **more},
    )


def made(w: World, key: str) -> list[Case]:
    return list(foreign(w.bases[key], w.operations[key], w))


def test_the_lists_of_both_then_the_owners_own_then_the_theft() -> None:
    (case,) = made(shop(), "GET /orders/{id}")
    assert [(s.operation, s.identity) for s in case.steps] == [
        ("GET /orders", "ann"),
        ("GET /orders", "bob"),
        ("GET /orders/{id}", "ann"),
        ("GET /orders/{id}", "bob"),
    ]
    assert case.steps[0].request.query == {}
    assert [s.twist is not None for s in case.steps] == [False, False, False, True]
    (write,) = made(shop(), "POST /orders/{id}/payment")
    assert [s.identity for s in write.steps] == ["ann", "bob", "bob"]


def test_what_a_body_names_is_somebodys_too() -> None:
    keys = {"POST /payments": "payments", "GET /orders": "orders"}
    bases = {
        "POST /payments": base("POST /payments", json={"orderId": 7, "method": "card"}),
        "GET /orders": base("GET /orders"),
    }
    w = world(
        bases,
        {k: {"resource": r, "catalog": CATALOG} for k, r in keys.items()},
        roles=WHO,
        people=PEOPLE,
        catalog=CATALOG,
    )
    (case,) = made(w, "POST /payments")
    assert [(s.operation, s.identity) for s in case.steps] == [
        ("GET /orders", "ann"),
        ("GET /orders", "bob"),
        ("POST /payments", "bob"),
    ]
    twist = case.steps[-1].twist
    assert twist is not None
    assert twist.where == "orderId"


def test_nothing_is_tried_where_nothing_is_owned_or_nobody_else_is_there() -> None:
    assert not made(shop(), "GET /folders/{id}")
    assert not made(shop(), "GET /orders")
    assert not made(shop(people={"ann": "users"}), "GET /orders/{id}")
    alone: Mapping[str, str | None] = {"ann": "customer", "bob": None}
    assert not made(shop(roles=alone), "GET /orders/{id}")
    assert not list(foreign_not_covered(shop()))
    (item,) = foreign_not_covered(shop(roles=alone))
    assert "second identity" in item.remedy


@pytest.mark.parametrize(
    ("columns", "refers", "way"),
    [
        (["user_id"], {"user_id": ("users", "cascade")}, "user_id"),
        (["ownerId"], {"ownerId": ("users", "cascade")}, "ownerId"),
        (["user_id"], {}, "user_id"),
        (["created_by"], {"created_by": ("users", "cascade")}, None),
        (["author_id"], {"author_id": ("users", "cascade")}, None),
        (
            ["user_id", "owner_id"],
            {"user_id": ("users", "cascade"), "owner_id": ("users", "cascade")},
            None,
        ),
        (
            ["owner_id", "created_by"],
            {"owner_id": ("users", "x"), "created_by": ("users", "x")},
            "owner_id",
        ),
        (["order_id"], {"order_id": ("orders", "cascade")}, "order_id → orders.user_id"),
        (["parent_id"], {"parent_id": ("folders", "cascade")}, None),
        (["account_id"], {"account_id": ("folders", "cascade")}, None),
    ],
)
def test_the_way_from_a_row_to_its_owner(
    columns: list[str], refers: dict[str, tuple[str, str]], way: str | None
) -> None:
    made = table("things", *(column(c, "bigint") for c in columns), refers=refers)
    found = way_to_owner(made, "users", CATALOG)
    assert (found.text if found else None) == way


def test_a_path_names_rows_by_keys_only() -> None:
    keys = {
        "GET /orders/{order_id}/lines/{id}": "order_lines",
        "GET /orders/{order_id}": "orders",
        "GET /orders/by-status/{status}": "orders",
    }
    contexts = {k: context(operation(k), resource=r) for k, r in keys.items()}

    def named(path: str) -> list[str]:
        return [
            f"{a.parameter}:{a.table.name}.{a.column}" for a in addresses(path, contexts, CATALOG)
        ]

    assert named("/orders/{order_id}/lines/{id}") == ["id:order_lines.id", "order_id:orders.id"]
    assert named("/orders/by-status/{status}") == []
    assert named("/unknown/{id}") == []
