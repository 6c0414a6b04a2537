"""Two at once: the outcome is that of one after the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from psycopg import Connection

from tests.client import Client, Reply, unique

ROUNDS = 5


def both(first: Callable[[], Reply], second: Callable[[], Reply]) -> list[int]:
    """The statuses of two requests sent at the same moment."""
    start = Barrier(2)

    def go(send: Callable[[], Reply]) -> int:
        start.wait()
        return send().status

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(go, (first, second)))


def test_last_item_is_sold_once(shop: Client) -> None:
    shop.token("ada"), shop.token("bob")
    for _ in range(ROUNDS):
        product = shop.new_product(stock=1)
        line = (product["sku"], 1)
        statuses = both(lambda: shop.order(line), lambda: shop.order(line, as_="bob"))  # noqa: B023
        assert statuses == [201, 409]
        assert shop.send("GET", f"/products/{product['id']}").body["stock"] == 0


def test_last_redemption_is_used_once(shop: Client) -> None:
    line = (shop.new_product(stock=1000)["sku"], 1)
    for _ in range(ROUNDS):
        code = unique("ONCE")
        new = {"code": code, "percent": 50, "max_redemptions": 1}
        shop.send("POST", "/coupons", {**new, "expires_at": "2099-01-01T00:00:00Z"}, as_="admin")

        def order(code: str = code) -> Reply:
            return shop.order(line, coupon=code)

        assert both(order, order) == [201, 409]
        assert shop.send("GET", f"/coupons/{code}", as_="staff").body["redeemed"] == 1


def test_order_with_a_key_is_placed_once(shop: Client) -> None:
    line = (shop.new_product(stock=1000)["sku"], 1)
    for _ in range(ROUNDS):
        body = {"lines": [{"sku": line[0], "quantity": 1}]}
        headers = {"Idempotency-Key": unique("key")}

        def order(body: dict[str, Any] = body, key: dict[str, str] = headers) -> Reply:
            return shop.send("POST", "/orders", body, as_="ada", headers=key)

        before = shop.send("GET", "/orders", as_="ada").body["total"]
        assert both(order, order) == [201, 201]
        assert shop.send("GET", "/orders", as_="ada").body["total"] == before + 1


def test_order_is_paid_or_cancelled(shop: Client) -> None:
    sku = shop.new_product(stock=1000)["sku"]
    for _ in range(ROUNDS):
        path = f"/orders/{shop.order((sku, 1)).body['id']}"

        def pay(path: str = path) -> Reply:
            return shop.send("POST", f"{path}/payment", {"method": "card"}, as_="ada")

        def cancel(path: str = path) -> Reply:
            return shop.send("POST", f"{path}/cancel", as_="ada")

        assert both(pay, cancel) in ([201, 409], [200, 409])


def test_opposite_orders_do_not_deadlock(shop: Client) -> None:
    one, two = shop.new_product(stock=1000)["sku"], shop.new_product(stock=1000)["sku"]
    for _ in range(ROUNDS):
        statuses = both(
            lambda: shop.order((one, 1), (two, 1)),
            lambda: shop.order((two, 1), (one, 1), as_="bob"),
        )
        assert statuses == [201, 201]


def test_refresh_token_works_once_even_at_once(shop: Client) -> None:
    for _ in range(ROUNDS):
        body = {"refresh_token": shop.login("ada@example.com")["refresh_token"]}

        def refresh(body: dict[str, str] = body) -> Reply:
            return shop.send("POST", "/auth/refresh", body)

        assert both(refresh, refresh) == [200, 401]


def test_more_requests_than_connections_all_succeed(shop: Client, rows: Connection) -> None:
    product = shop.new_product(stock=60)
    shop.token("ada")
    with ThreadPoolExecutor(60) as pool:
        replies = list(pool.map(lambda _: shop.order((product["sku"], 1)), range(60)))
    assert {reply.status for reply in replies} == {201}
    left = rows.execute("SELECT stock FROM products WHERE id = %s", (product["id"],)).fetchone()
    assert left == (0,)
