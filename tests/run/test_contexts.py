"""Which table an operation is about: where it is not plain, none."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.checks.context import Place
from seamline.model.catalog import Catalog, Table
from seamline.run.contexts import requires_auth, resource
from seamline.spec.endpoints import Access, EndpointSpec


def catalog(*names: str) -> Catalog:
    return Catalog(
        engine="", version="", tables=tuple(Table(name=n, sql=n, columns=()) for n in names)
    )


SHOP = catalog(
    "orders", "order_lines", "users", "audit", "stock", "categories", "addresses", "status"
)


def about(key: str, tables: Catalog | None = SHOP, columns: str = "", **effects: Any) -> str | None:
    places = {f"#/{i}": Place(*c.split(".")) for i, c in enumerate(columns.split())}
    return resource(key, {t: frozenset(ops.split()) for t, ops in effects.items()}, places, tables)


@pytest.mark.parametrize(
    ("path", "table"),
    [
        ("/orders", "orders"),
        ("/api/v1/orders/{id}", "orders"),
        ("/order", "orders"),
        ("/users/{id}/orders", "orders"),
        ("/orders/{id}/order-lines/{n}", "order_lines"),
        ("/orderLines", "order_lines"),
        ("/OrderLine/{id}", "order_lines"),
        ("/category", "categories"),
        ("/address", "addresses"),
        ("/status", "status"),
        ("/orders/search", None),
        ("/orders/{id}:cancel", None),
        ("/orders/{id}/cancel", None),
        ("/{id}", None),
        ("/", None),
    ],
)
def test_the_path_names_it(path: str, table: str | None) -> None:
    assert about(f"GET {path}") == table


def test_what_several_tables_could_mean_is_none_of_them() -> None:
    assert about("GET /orders", catalog("orders", "order")) is None
    assert about("GET /orders", catalog("orders", "billing.orders")) is None
    assert about("GET /orders", catalog("billing.orders")) == "billing.orders"
    assert about("GET /orders", None) is None


@pytest.mark.parametrize(
    ("key", "effects", "table"),
    [
        ("POST /checkout", {"orders": "insert", "stock": "update"}, "orders"),
        ("POST /orders", {"orders": "insert", "order_lines": "insert"}, "orders"),
        ("POST /checkout", {"orders": "insert", "order_lines": "insert"}, None),
        ("PUT /things/{id}", {"stock": "update"}, "stock"),
        ("PUT /things/{id}", {"stock": "insert"}, "stock"),
        # Two are updated and one row of a log is written: it is not about the log.
        ("PUT /orders/{id}", {"orders": "update", "stock": "update", "audit": "insert"}, "orders"),
        ("PUT /things/{id}", {"orders": "update", "stock": "update", "audit": "insert"}, None),
        (
            "DELETE /orders/{id}",
            {"orders": "update", "order_lines": "delete update"},
            "order_lines",
        ),
        ("DELETE /orders/{id}", {"orders": "update"}, "orders"),
        # A person says what it writes: it is not about a table that it does not write.
        ("POST /users", {"orders": "insert", "order_lines": "insert"}, None),
        ("POST /users", {"orders": "update"}, None),
        ("GET /users", {"audit": "insert"}, "users"),
    ],
)
def test_what_a_person_says_that_it_writes_comes_first(
    key: str, effects: dict[str, Any], table: str | None
) -> None:
    assert about(key, **effects) == table


def test_the_mapping_of_its_answer_comes_next() -> None:
    assert about("POST /x", columns="orders.id orders.total users.name") == "orders"
    assert about("POST /x", columns="orders.id users.id") is None
    assert about("POST /users", columns="orders.id", stock="insert") == "stock"


@pytest.mark.parametrize(
    ("more", "needed"),
    [
        ({}, False),
        ({"validations": ("authRequired",)}, True),
        ({"access": Access(roles=("customer",))}, True),
        ({"access": Access(roles=("customer", "anonymous"))}, False),
        ({"access": Access(roles=("anonymous",)), "validations": ("authRequired",)}, False),
    ],
)
def test_credentials_are_needed_where_a_person_says_so(more: dict[str, Any], needed: bool) -> None:
    assert requires_auth(EndpointSpec(endpoint="/a", method="GET", **more), None) is needed
