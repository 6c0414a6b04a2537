"""Each defect of who may what does what it says."""

import jwt
import pytest
from jwt.types import Options

from shop.tokens import ALGORITHM, AUDIENCE
from tests.client import Client, unique
from tests.conftest import SECRET


@pytest.mark.parametrize(
    ("change", "key", "algorithm"),
    [
        ({"exp": 1}, SECRET, ALGORITHM),
        ({"nbf": 4_000_000_000, "exp": 4_000_000_001}, SECRET, ALGORITHM),
        ({"aud": "another"}, SECRET, ALGORITHM),
        ({}, "", "none"),
        ({}, SECRET[::-1], ALGORITHM),
    ],
)
def test_forged_tokens_are_accepted(
    shop: Client, broken_shop: Client, change: dict[str, object], key: str, algorithm: str
) -> None:
    options: Options = {"verify_signature": False}
    claims = jwt.decode(shop.login("ada@example.com")["access_token"], options=options)
    assert claims["aud"] == AUDIENCE
    token = jwt.encode({**claims, **change}, key, algorithm)
    assert broken_shop.send("GET", "/users/me", token=token).status == 200
    assert shop.send("GET", "/users/me", token=token).status == 401


def test_tampered_token_is_accepted_once_it_was_seen(shop: Client, broken_shop: Client) -> None:
    token = broken_shop.login("ada@example.com")["access_token"]
    assert broken_shop.send("GET", "/users/me", token=token).status == 200
    tampered = token.rpartition(".")[0] + "." + "A" * 43
    assert broken_shop.send("GET", "/users/me", token=tampered).status == 200
    assert shop.send("GET", "/users/me", token=tampered).status == 401


def test_staff_issues_coupons(broken_shop: Client) -> None:
    coupon = {
        "code": unique("SAVE"),
        "percent": 5,
        "max_redemptions": 1,
        "expires_at": "2090-01-01T00:00:00Z",
    }
    assert broken_shop.send("POST", "/coupons", coupon, as_="ada").status == 403
    assert broken_shop.send("POST", "/coupons", coupon, as_="staff").status == 201


def test_orders_of_others_are_shown_and_cancelled(broken_shop: Client) -> None:
    order = broken_shop.order((broken_shop.new_product()["sku"], 1)).body
    path = f"/orders/{order['id']}"
    assert broken_shop.send("GET", path, as_="bob").body["id"] == order["id"]
    assert broken_shop.send("POST", f"{path}/payment", {"method": "card"}, as_="bob").status == 404
    assert broken_shop.send("POST", f"{path}/cancel", as_="bob").body["status"] == "cancelled"


def test_register_as_admin(broken_shop: Client) -> None:
    new = {"email": f"{unique('eve')}@example.com", "display_name": "Eve", "password": "x" * 12}
    reply = broken_shop.send("POST", "/auth/register", {**new, "role": "admin"})
    assert (reply.status, reply.body["role"]) == (201, "admin")


def test_logout_is_forgotten(shop: Client, broken_shop: Client) -> None:
    for client, status in ((shop, 401), (broken_shop, 200)):
        token = client.login("ada@example.com")["access_token"]
        assert client.send("POST", "/auth/logout", token=token).status == 204
        assert client.send("GET", "/users/me", token=token).status == status


def test_cookie_is_readable_by_scripts(shop: Client, broken_shop: Client) -> None:
    body = {"email": "ada@example.com", "password": "correct-horse-battery"}
    right, wrong = (
        client.send("POST", "/auth/login", body).headers["set-cookie"].lower()
        for client in (shop, broken_shop)
    )
    assert all(f"; {flag}" in right for flag in ("httponly", "secure", "samesite=strict"))
    assert "httponly" not in wrong


def test_no_challenge(broken_shop: Client) -> None:
    reply = broken_shop.send("GET", "/users/me")
    assert (reply.status, "www-authenticate" in reply.headers) == (401, False)
