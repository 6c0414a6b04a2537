"""Who may do what, and for how long."""

import time
from typing import Any
from uuid import uuid4

import jwt
import pytest
from psycopg import Connection

from tests.client import Client
from tests.conftest import SECRET

ALL = {"ada", "staff", "admin"}
COUPON = {
    "code": "ROLETEST",
    "percent": 5,
    "max_redemptions": 1,
    "expires_at": "2099-01-01T00:00:00Z",
}
PRODUCT = {"sku": "ROLE-TEST", "name": "x", "category": "things", "price": "1.00"}
RULES: list[tuple[str, str, Any, set[str]]] = [
    ("GET", "/users/me", None, ALL),
    ("POST", "/products", PRODUCT, {"staff", "admin"}),
    ("PATCH", "/products/999999", {"name": "x"}, {"staff", "admin"}),
    ("DELETE", "/products/999999", None, {"admin"}),
    ("PUT", "/products/999999/stock", {"stock": 1}, {"staff", "admin"}),
    ("GET", "/cart", None, {"ada"}),
    ("PUT", "/cart/items/999999", {"quantity": 1}, {"ada"}),
    ("DELETE", "/cart/items/999999", None, {"ada"}),
    ("POST", "/orders", {"lines": [{"sku": "KIT-006", "quantity": 1}]}, {"ada"}),
    ("GET", "/orders", None, {"ada"}),
    ("GET", "/orders/999999", None, {"ada"}),
    ("POST", "/orders/999999/payment", {"method": "card"}, {"ada"}),
    ("POST", "/orders/999999/cancel", None, {"ada"}),
    ("POST", "/coupons", COUPON, {"admin"}),
    ("GET", "/coupons/WELCOME10", None, {"staff", "admin"}),
    ("GET", "/admin/audit", None, {"admin"}),
]


@pytest.mark.parametrize(("method", "path", "body", "roles"), RULES)
def test_role_rule(shop: Client, method: str, path: str, body: Any, roles: set[str]) -> None:
    anonymous = shop.send(method, path, body)
    assert (anonymous.status, anonymous.headers["www-authenticate"]) == (401, "Bearer")
    for name in ALL:
        status = shop.send(method, path, body, as_=name).status
        assert (status != 403) == (name in roles), name
        assert status != 401


@pytest.mark.parametrize(
    "change",
    [
        {"exp": 1},
        {"nbf": 9_999_999_999},
        {"aud": "other"},
        {"iss": "other"},
        {"sub": "999999"},
        {"sub": "99999999999999"},
        {"sub": "x"},
        {"role": "admin"},
        {"role": "god"},
        {"jti": None},
    ],
)
def test_token_with_a_wrong_claim_is_refused(shop: Client, change: dict[str, Any]) -> None:
    claims = {
        "iss": "shop",
        "aud": "shop-api",
        "sub": "1",
        "role": "customer",
        "sid": str(uuid4()),
        "jti": str(uuid4()),
        "nbf": 0,
        "exp": int(time.time()) + 60,
    }
    good = jwt.encode(claims, SECRET, "HS256")
    assert shop.send("GET", "/users/me", token=good).status == 200
    bad = {name: value for name, value in (claims | change).items() if value is not None}
    assert shop.send("GET", "/users/me", token=jwt.encode(bad, SECRET, "HS256")).status == 401


def test_token_of_another_key_or_none_is_refused(shop: Client) -> None:
    token = shop.token("ada")
    claims = jwt.decode(token, options={"verify_signature": False})
    for forged in (
        jwt.encode(claims, "x" * 40, "HS256"),
        jwt.encode(claims, "", "none"),
        token[:-4] + "AAAA",
        "x",
    ):
        assert shop.send("GET", "/users/me", token=forged).status == 401


def test_refresh_rotates_and_reuse_ends_the_login(shop: Client) -> None:
    first = shop.login("bob@example.com")["refresh_token"]
    reply = shop.send("POST", "/auth/refresh", {"refresh_token": first})
    second = reply.body["refresh_token"]
    assert (reply.status, second != first) == (200, True)
    assert shop.send("GET", "/users/me", token=reply.body["access_token"]).status == 200
    assert shop.send("POST", "/auth/refresh", {"refresh_token": first}).status == 401
    assert shop.send("POST", "/auth/refresh", {"refresh_token": second}).status == 401


def test_logout_ends_both_tokens_and_only_this_login(shop: Client) -> None:
    here, there = shop.login("bob@example.com"), shop.login("bob@example.com")
    assert shop.send("POST", "/auth/logout", token=here["access_token"]).status == 204
    assert shop.send("GET", "/users/me", token=here["access_token"]).status == 401
    assert shop.send("POST", "/auth/logout", token=here["access_token"]).status == 401
    refresh = {"refresh_token": here["refresh_token"]}
    assert shop.send("POST", "/auth/refresh", refresh).status == 401
    assert shop.send("GET", "/users/me", token=there["access_token"]).status == 200


def test_nothing_secret_is_stored_in_clear(shop: Client, rows: Connection) -> None:
    email, password = "eve@example.com", "a-password-of-eve"
    new = {"email": email, "display_name": "Eve \u00e9\U0001f600", "password": password}
    reply = shop.send("POST", "/auth/register", new)
    assert (reply.status, reply.headers["location"]) == (201, "/users/me")
    assert reply.body["display_name"] == new["display_name"]
    tokens = shop.send("POST", "/auth/login", {"email": email, "password": password}).body
    for table in ("users", "refresh_tokens", "revoked_tokens", "audit", "outbox"):
        text = str(rows.execute(f"SELECT * FROM {table}").fetchall())
        assert password not in text
        assert tokens["refresh_token"] not in text
    wrong = {"email": email, "password": "not-the-password"}
    assert shop.send("POST", "/auth/login", wrong).status == 401
    absent = {"email": "nobody@example.com", "password": "not-the-password"}
    assert shop.send("POST", "/auth/login", absent).status == 401
