from __future__ import annotations

import re
from typing import Any

import jsonschema_rs
import pytest

from seamline.discover.act import Act
from seamline.discover.choice import Choice, Filled, Made
from seamline.discover.made import NOTHING, Maker
from seamline.discover.values import fill
from seamline.model.catalog import Catalog
from seamline.openapi.document import Document
from seamline.openapi.operation import operations
from seamline.openapi.table.match import match

from .world import catalog, document, only, op, path_parameter, props, ref, table

SHOP = catalog(
    table("users", "id:int email:text", unique=("email",)),
    table("products", "id:int sku:text name:text category:text", unique=("sku",)),
    table("coupons", "code:text percent:int", key="code"),
    table(
        "orders",
        "id:int user_id:int status:text coupon_code:text",
        foreign={"user_id": "users.id", "coupon_code": "coupons.code"},
    ),
)
ROWS: dict[str, list[dict[str, Any]]] = {
    "users": [{"id": 1, "email": "ada@example.com"}, {"id": 2, "email": "bob@example.com"}],
    "products": [
        {"id": n, "sku": f"SKU-{n}", "name": f"n{n}", "category": "ab"[n % 2]} for n in range(1, 6)
    ],
    "coupons": [{"code": "TEN", "percent": 10}],
    "orders": [
        {"id": 7, "user_id": 2, "status": "open", "coupon_code": None},
        {"id": 8, "user_id": 1, "status": "paid", "coupon_code": "TEN"},
        {"id": 9, "user_id": 1, "status": "paid", "coupon_code": None},
        {"id": 10, "user_id": 1, "status": "open", "coupon_code": None},
    ],
}
ADA = {"users": ROWS["users"][0]}


def filled(
    path: str,
    method: str = "get",
    choice: Choice = Choice(),  # noqa: B008
    *,
    known: Catalog = SHOP,
    rows: dict[str, list[dict[str, Any]]] | None = None,
    mine: dict[str, Any] | None = None,
    schemas: dict[str, Any] | None = None,
    **parts: Any,
) -> Filled:
    found = document({path: {method: op(**parts)}}, schemas)
    operation = only(found)
    matched = match(operations(found), found, known)[operation.key]
    used = ROWS if rows is None else rows
    return fill(operation, found, matched, known, used, mine or {}, choice)


def test_a_path_parameter_names_a_row_the_identity_s_own_first() -> None:
    parts: dict[str, Any] = {"parameters": [path_parameter("id")]}
    assert filled("/orders/{id}", **parts).request == {"path": {"id": {"$row": "orders[0].id"}}}
    own = [
        filled("/orders/{id}", "get", Choice(variant=v), mine=ADA, **parts).request["path"]["id"]
        for v in range(4)
    ]
    # Ada's, one of each status before the second of any; the other person's last.
    assert own == [{"$row": f"orders[{i}].id"} for i in (1, 3, 2, 0)]
    beyond = filled("/orders/{id}", "get", Choice(variant=4), **parts)
    assert beyond.missing == ("the path parameter id: orders has no more rows",)


def test_a_delete_prefers_rows_that_nothing_refers_to() -> None:
    parts: dict[str, Any] = {"parameters": [path_parameter("id")]}
    assert filled("/users/{id}", "delete", **parts).request["path"]["id"] == {
        "$row": "users[0].id"  # both are referred to
    }
    rows = {**ROWS, "orders": ROWS["orders"][:1]}
    found = filled("/users/{id}", "delete", rows={**rows, "users": ROWS["users"][::-1]}, **parts)
    assert found.request["path"]["id"] == {"$row": "users[1].id"}


def test_properties_name_rows_of_other_tables() -> None:
    body = {
        "type": "object",
        "properties": {
            "lines": {
                "type": "array",
                "items": props("sku:string quantity:integer"),
                "minItems": 1,
            },
            "user_id": {"type": "integer"},
            "coupon_code": {"type": "string"},
        },
        "required": ["lines", "user_id", "coupon_code"],
    }
    assert filled("/orders", "post", body=body).request["json"] == {
        "lines": [{"sku": {"$row": "products[0].sku"}, "quantity": 1}],
        "user_id": {"$row": "users[0].id"},
        "coupon_code": {"$row": "coupons[0].code"},
    }


def test_a_new_row_has_a_name_of_its_own_and_a_kind_that_others_have() -> None:
    body = {
        "type": "object",
        "properties": {
            "sku": {"type": "string", "pattern": "^SKU-[0-9]{1,2}$"},
            "category": {"type": "string"},
        },
        "required": ["sku", "category"],
    }
    made = filled("/products", "post", body=body).request["json"]
    assert re.fullmatch("SKU-[0-9]{1,2}", made["sku"])
    assert made["sku"] not in {r["sku"] for r in ROWS["products"]}
    assert made["category"] in ("a", "b")
    again = filled("/products", "post", Choice(salt=1), body=body).request["json"]
    assert again["sku"] != made["sku"]


def test_rows_that_do_not_exist_come_from_an_earlier_answer() -> None:
    acts = (Act(operation="POST /orders", identity="anonymous", request={}, label="orders"),)
    made = {"orders": Made(table="orders", label="orders", acts=acts, pointers={"id": "#/id"})}
    rows = {**ROWS, "orders": []}
    parts: dict[str, Any] = {"parameters": [path_parameter("id")]}
    alone = filled("/orders/{id}", rows=rows, **parts)
    assert alone.missing == ("the path parameter id: orders has no rows",)
    found = filled("/orders/{id}", "get", Choice(made=made), rows=rows, **parts)
    assert found.request == {"path": {"id": {"$from": "orders#/id"}}}
    assert found.uses == ("orders",)


def test_a_nested_path_names_the_parent_of_its_row() -> None:
    parts: dict[str, Any] = {"parameters": [path_parameter("user_id"), path_parameter("order_id")]}
    found = filled("/users/{user_id}/orders/{order_id}", **parts)
    assert found.request["path"] == {
        "user_id": {"$row": "users[1].id"},
        "order_id": {"$row": "orders[0].id"},
    }


def test_a_parameter_of_another_type_names_no_row() -> None:
    parts: dict[str, Any] = {"parameters": [path_parameter("id", "string", format="uuid")]}
    value = filled("/orders/{id}", **parts).request["path"]["id"]
    assert isinstance(value, str)


def test_what_is_required_of_a_query_is_filled_and_the_rest_left_out() -> None:
    parameters = [
        {"name": "user_id", "in": "query", "required": True, "schema": {"type": "integer"}},
        {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
        {"name": "Authorization", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "X-Tenant", "in": "header", "required": True, "schema": {"enum": ["acme"]}},
    ]
    assert filled("/reports", parameters=parameters).request == {
        "query": {"user_id": {"$row": "users[0].id"}},
        "headers": {"X-Tenant": "acme"},
    }


SCHEMAS: list[dict[str, Any]] = [
    {"type": "string", "minLength": 12, "maxLength": 14},
    {"type": "string", "maxLength": 3},
    {"type": "string", "pattern": "^[A-Z0-9][A-Z0-9-]{1,31}$", "maxLength": 32},
    {"type": "string", "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])$"},
    {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"},
    {"type": "string", "enum": ["x", "y"]},
    {"const": 5},
    {"type": "integer", "minimum": 10, "maximum": 12},
    {"type": "integer", "exclusiveMinimum": 3, "multipleOf": 5},
    {"type": "integer", "maximum": -4},
    {"type": "number", "minimum": 0.5},
    {"type": ["string", "null"], "minLength": 2},
    {"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 2}]},
    {"allOf": [props("a:string"), props("b:integer")]},
    {"type": "array", "items": {"type": "boolean"}, "minItems": 2},
    {"type": "object", "properties": {"a": {"type": "string"}}, "minProperties": 1},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "email", "maxLength": 60},
]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("salt", [0, 1, 5])
@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_made_value_is_valid_and_the_same_each_time(
    schema: dict[str, Any], salt: int, full: bool
) -> None:
    empty: Document = document({})
    value = Maker(empty, salt=salt, full=full).value(schema, ("thing",))
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value), value
    assert Maker(empty, salt=salt, full=full).value(schema, ("thing",)) == value


def test_a_schema_that_is_its_own_part_ends() -> None:
    node = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "next": ref("Node")},
        "required": ["name", "next"],
    }
    maker = Maker(document({}, {"Node": node}))
    value = maker.value(ref("Node"))
    assert value["next"]["name"]
    assert maker.missing  # no finite value has all of it


def test_a_minimal_body_has_what_is_required_and_a_full_one_what_may_be_written() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "default": "given"},
            "b": {"type": "integer"},
            "c": {"type": "string", "readOnly": True},
        },
        "required": ["a"],
    }
    empty = document({})
    assert Maker(empty).value(schema) == {"a": "given"}
    assert Maker(empty, full=True).value(schema) == {"a": "given", "b": 1}
    assert Maker(empty).value(False) is NOTHING
