"""The OpenAPI document says what the shop does. (The client checks every answer against it.)"""

from typing import Any

import pytest

from tests.client import Client

PROBLEM = "application/problem+json"
DOCUMENTED = {
    "readHealth": "200 503",
    "probeHealth": "200 503",
    "register": "201 409 422 503",
    "login": "200 401 422 503",
    "refresh": "200 401 422 503",
    "logout": "204 401 503",
    "readMe": "200 401 503",
    "listProducts": "200 422 503",
    "readProduct": "200 304 404 406 422 503",
    "createProduct": "201 401 403 409 422 503",
    "changeProduct": "200 401 403 404 412 422 503",
    "deleteProduct": "204 401 403 404 409 422 503",
    "setStock": "200 401 403 404 422 503",
    "readCart": "200 401 403 503",
    "putCartItem": "200 401 403 404 422 503",
    "deleteCartItem": "204 401 403 404 422 503",
    "createOrder": "201 401 403 409 422 503",
    "listOrders": "200 401 403 422 503",
    "readOrder": "200 401 403 404 422 503",
    "payOrder": "201 401 403 404 409 422 503",
    "cancelOrder": "200 401 403 404 409 422 503",
    "createCoupon": "201 401 403 409 422 503",
    "readCoupon": "200 401 403 404 422 503",
    "listAudit": "200 401 403 422 503",
}


def operations(shop: Client) -> dict[str, dict[str, Any]]:
    paths = shop.contract.document["paths"].values()
    return {operation["operationId"]: operation for item in paths for operation in item.values()}


def test_statuses_of_each_operation(shop: Client) -> None:
    found = {name: " ".join(sorted(op["responses"])) for name, op in operations(shop).items()}
    assert found == DOCUMENTED


def test_shape_of_each_operation(shop: Client) -> None:
    schemas = shop.contract.document["components"]["schemas"]
    assert "HTTPValidationError" not in schemas
    for name, schema in schemas.items():
        assert schema["additionalProperties"] is False, name
    for name, operation in operations(shop).items():
        assert ("401" in operation["responses"]) == ("security" in operation) or name in (
            "login",
            "refresh",
        )
        for status, response in operation["responses"].items():
            media = {"application/json"} if status < "300" else {PROBLEM}
            assert set(response.get("content", {})) == (
                set() if status in ("204", "304") else media
            )


def test_conditions_are_kept(shop: Client) -> None:
    first = shop.send("GET", "/products/3")
    tag = first.headers["etag"]
    assert shop.send("GET", "/products/3", headers={"If-None-Match": f'W/"x", {tag}'}).status == 304
    assert shop.send("GET", "/products/3", headers={"If-None-Match": '"x"'}).status == 200
    name = {"name": first.body["name"]}
    for condition, status in (('"x"', 412), (tag, 200), (tag, 412), ("*", 200)):
        reply = shop.send(
            "PATCH", "/products/3", name, as_="staff", headers={"If-Match": condition}
        )
        assert reply.status == status


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [{"sku": "KIT-001", "quantity": 0}],
        [{"sku": "KIT-001", "quantity": 101}],
        [{"sku": "KIT-001", "quantity": "1"}],
        [{"sku": "KIT-001", "quantity": True}],
        [{"sku": "KIT\x00001", "quantity": 1}],
        [{"sku": "KIT-001", "quantity": 1, "price": "0.01"}],
        [{"sku": "KIT-001", "quantity": 1}] * 51,
        None,
    ],
)
def test_invalid_order_is_422(shop: Client, lines: Any) -> None:
    assert shop.send("POST", "/orders", {"lines": lines}, as_="ada").status == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "a\x00b"),
        ("name", ""),
        ("name", "\ud800"),
        ("\ud800", "x"),
        ("name", None),
        ("description", "x" * 2001),
        ("category", "Caps"),
        ("price", 1.5),
        ("price", "1.5"),
        ("price", "-1.00"),
        ("price", "100000.00"),
        ("price", "\uff11.00"),
        ("price", "NaN"),
        ("id", 1),
    ],
)
def test_invalid_change_is_422(shop: Client, field: str, value: Any) -> None:
    assert shop.send("PATCH", "/products/1", {field: value}, as_="staff").status == 422
    assert shop.send("PATCH", "/products/1", {}, as_="staff").status == 422


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=10001", "size=0", "size=101", "q=%00", "q=", "sort=stock", "min_price=1"],
)
def test_invalid_query_is_422(shop: Client, query: str) -> None:
    assert shop.send("GET", f"/products?{query}").status == 422


@pytest.mark.parametrize("expires", ["2030-02-30T00:00:00Z", "1999-01-01T00:00:00Z", 1, "never"])
def test_invalid_moment_is_422(shop: Client, expires: Any) -> None:
    coupon = {"code": "ABC", "percent": 1, "max_redemptions": 1, "expires_at": expires}
    assert shop.send("POST", "/coupons", coupon, as_="admin").status == 422


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000, b"NaN", b"[]", b"null"]
)
def test_body_that_is_no_object_is_422(shop: Client, raw: bytes) -> None:
    reply = shop.send("POST", "/auth/login", raw=raw)
    assert (reply.status, reply.headers["content-type"]) == (422, PROBLEM)


def test_refused_password_is_not_repeated(shop: Client) -> None:
    body = {"email": "x", "display_name": "x", "password": "hunter2"}
    reply = shop.send("POST", "/auth/register", body)
    assert reply.status == 422
    assert "hunter2" not in reply.text
    assert {e["location"] for e in reply.body["errors"]} == {"body/email", "body/password"}


def test_unknown_path_and_method_are_problems(shop: Client) -> None:
    absent = shop.send("GET", "/nothing")
    assert (absent.status, absent.headers["content-type"]) == (404, PROBLEM)
    for path, allowed in (
        ("/products", "GET, POST"),
        ("/products/1", "DELETE, GET, PATCH"),
        ("/orders/1/cancel", "POST"),
        ("/health", "GET, HEAD"),
    ):
        reply = shop.send("OPTIONS", path)
        assert (reply.status, reply.headers["allow"]) == (405, allowed)
        assert reply.headers["content-type"] == PROBLEM


def test_search_filters_sorts_and_counts(shop: Client) -> None:
    def names(query: str) -> list[str]:
        page = shop.send("GET", f"/products?{query}").body
        assert len(page["items"]) == min(page["size"], page["total"])
        return [item["name"] for item in page["items"]]

    assert names("category=toys&sort=-price&size=2") == ["Music box", "Wooden train"]
    assert names("category=toys&min_price=5.50&max_price=6.00&sort=price") == ["Yo-yo", "Marbles"]
    assert names("q=CHESS") == ["Chess endings"]
    assert names("q=%25") == []
    assert names("min_price=10.00&max_price=5.00") == []
    past = shop.send("GET", "/products?page=10000&size=100").body
    assert past["items"] == []
    assert past["total"] >= 32
