from __future__ import annotations

from typing import Any

import pytest

from seamline.openapi.operation import operations
from seamline.openapi.table.match import Match, match
from seamline.openapi.table.word import bare, likeness, singular, words
from tests.discover.world import catalog, document, op, props, ref, table

SHOP = catalog(
    table("users", "id:int email:text display_name:text created_at:time"),
    table("products", "id:int sku:text name:text price:num created_at:time"),
    table("orders", "id:int user_id:int status:text total:num created_at:time"),
    table("order_lines", "order_id:int product_id:int quantity:int unit_price:num", key=""),
    table("payments", "id:int order_id:int amount:num method:text"),
    table("cart_items", "user_id:int product_id:int quantity:int", key=""),
)
SCHEMAS: dict[str, Any] = {
    "NewOrder": {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": ref("WantedLine")}},
    },
    "WantedLine": props("sku:string quantity:integer"),
    "Order": props("id:integer status:string total:string"),
    "OrderPage": {
        "type": "object",
        "properties": {
            "total": {"type": "integer"},
            "items": {"type": "array", "items": ref("Order")},
        },
    },
    "Payment": props("id:integer order_id:integer amount:string method:string"),
    "StockLevel": props("stock:integer"),
    "Product": props("id:integer sku:string name:string price:string"),
    "Health": props("status:string"),
}


def matched(path: str, method: str = "get", **parts: Any) -> Match:
    found = document({path: {method: op(**parts)}}, SCHEMAS)
    (only,) = match(operations(found), found, SHOP).values()
    return only


@pytest.mark.parametrize(
    ("path", "method", "parts", "table"),
    [
        ("/orders", "get", {"answers": ref("OrderPage")}, "orders"),
        ("/orders", "post", {"body": ref("NewOrder"), "answers": ref("Order")}, "orders"),
        ("/orders/{id}/payment", "post", {"answers": ref("Payment")}, "payments"),
        ("/orders/{id}/cancel", "post", {"answers": ref("Order")}, "orders"),
        (
            "/products/{id}/stock",
            "put",
            {"body": ref("StockLevel"), "answers": ref("Product")},
            "products",
        ),
        ("/cart/items/{product_id}", "delete", {}, "cart_items"),
        ("/api/v1/orderLines", "get", {}, "order_lines"),
        ("/health", "get", {"answers": ref("Health")}, None),
    ],
)
def test_an_operation_speaks_of_the_table_that_its_names_and_columns_name(
    path: str, method: str, parts: dict[str, Any], table: str | None
) -> None:
    assert matched(path, method, **parts).table == table


def test_the_answer_shows_the_columns_that_it_names() -> None:
    found = matched("/orders/{id}", answers=ref("Order"))
    assert found.columns == {
        "#/id": "orders.id",
        "#/status": "orders.status",
        "#/total": "orders.total",
    }
    assert matched("/orders", answers=ref("OrderPage")).columns == {}


def test_near_equals_are_named_and_not_chosen_between() -> None:
    twins = catalog(
        table("flow_run_state", "id:uuid name:text"), table("task_run_state", "id:uuid name:text")
    )
    found = document(
        {"/states": {"get": op(answers=ref("State"))}}, {"State": props("id:string name:string")}
    )
    (only,) = match(operations(found), found, twins).values()
    assert only.table is None
    assert only.ambiguous == ("flow_run_state", "task_run_state")


def test_a_key_of_another_type_is_a_veto() -> None:
    schema = {"Widget": props("id:integer name:string")}
    found = document({"/widgets": {"get": op(answers=ref("Widget"))}}, schema)
    with_numbers = catalog(table("widgets", "id:int name:text"))
    with_uuids = catalog(table("widgets", "id:uuid name:text"))
    (yes,) = match(operations(found), found, with_numbers).values()
    (no,) = match(operations(found), found, with_uuids).values()
    assert (yes.table, no.table) == ("widgets", None)


def test_mostly_clashing_columns_are_a_veto() -> None:
    schema = {"Event": props("name:integer at:boolean")}
    found = document({"/events": {"get": op(answers=ref("Event"))}}, schema)
    (only,) = match(
        operations(found), found, catalog(table("events", "id:int name:text at:time"))
    ).values()
    assert only.table is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("FlowRunCreate", ("flow", "run")),
        ("NewOrder", ("order",)),
        ("OrderSummary", ("order",)),
        ("Update", ("update",)),
        ("HTTPRequestLog", ("http", "request", "log")),
    ],
)
def test_a_schema_is_named_without_what_it_is_used_for(
    name: str, expected: tuple[str, ...]
) -> None:
    assert bare(name) == expected


def test_words_are_singular() -> None:
    assert [singular(w) for w in ("categories", "statuses", "boxes", "address", "orders", "bus")] == [
        "category", "status", "box", "address", "order", "bus",
    ]  # fmt: skip
    assert likeness(words("work-queues"), words("WorkQueue")) == 1.0
    assert likeness(words("queues"), words("work_queue")) == 0.7
    assert likeness((), ("a",)) == 0.0
