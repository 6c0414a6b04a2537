"""Each habit does what it says, and its shop keeps to its document, which the client checks."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import Connection

from shop.habits import HABITS
from tests.client import Client, unique
from tests.conftest import alembic, running

_UNDO = (
    "DROP TABLE IF EXISTS heartbeats",
    "DROP TRIGGER IF EXISTS touch ON products",
    "DROP TRIGGER IF EXISTS touch ON orders",
    "DROP FUNCTION IF EXISTS touch",
    "ALTER TABLE products DROP COLUMN IF EXISTS deleted_at",
    "ALTER TABLE users DROP COLUMN IF EXISTS last_seen",
)


@contextmanager
def shop_with(url: str, habit: str) -> Iterator[Client]:
    """A shop with one habit, on a database that has what the habit needs."""
    alembic(url, "upgrade", "head", SHOP_HABITS=habit)
    try:
        with running(url, SHOP_HABITS=habit) as port:
            client = Client(port)
            client.read_contract()
            yield client
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in _UNDO:
                connection.execute(statement)


def one(rows: Connection, query: str) -> object:
    found = rows.execute(query).fetchone()
    assert found is not None
    return found[0]


def test_command_lists_them() -> None:
    command = [sys.executable, "-c", "from shop.cli import main; main()", "habits", "--json"]
    listed = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert [habit["name"] for habit in listed] == [habit.name for habit in HABITS]
    for habit in HABITS:
        assert habit.module.__doc__


def test_background_writer(seeded_url: str, rows: Connection) -> None:
    with shop_with(seeded_url, "backgroundWriter"):
        for _ in range(100):
            if rows.execute("SELECT 1 FROM heartbeats WHERE beats > 2").fetchone():
                return
            time.sleep(0.05)
        pytest.fail("no heartbeat")


def test_clock_column(seeded_url: str, rows: Connection) -> None:
    with shop_with(seeded_url, "clockColumn") as shop:
        order = shop.order((shop.new_product()["sku"], 1)).body
        assert "answered_at" in order
        again = shop.send("GET", f"/orders/{order['id']}", as_="ada").body
        assert again["answered_at"] != order["answered_at"]
        stamp = f"SELECT updated_at FROM orders WHERE id = {order['id']}"
        before = one(rows, stamp)
        rows.execute(f"UPDATE orders SET updated_at = '2000-01-01' WHERE id = {order['id']}")
        assert str(one(rows, stamp)) > str(before)


def test_random_field(seeded_url: str) -> None:
    with shop_with(seeded_url, "randomField") as shop:
        product = shop.new_product()
        again = shop.send("GET", f"/products/{product['id']}").body
        assert again["request_id"] != product["request_id"]
        assert all("request_id" in p for p in shop.send("GET", "/products").body["items"])


def test_rate_limiter(seeded_url: str) -> None:
    with shop_with(seeded_url, "rateLimiter") as shop:
        for _ in range(1000):
            reply = shop.send("GET", "/products?size=1")
            if reply.status == 429:
                break
        assert reply.status == 429
        time.sleep(int(reply.headers["retry-after"]))
        assert shop.send("GET", "/products?size=1").status == 200


def test_soft_delete(seeded_url: str, rows: Connection) -> None:
    with shop_with(seeded_url, "softDelete") as shop:
        product = shop.new_product()
        path = f"/products/{product['id']}"
        assert shop.send("DELETE", path, as_="admin").status == 204
        assert shop.send("DELETE", path, as_="admin").status == 404
        assert shop.send("GET", path).status == 404
        assert shop.send("PATCH", path, {"name": "Other"}, as_="staff").status == 404
        assert shop.send("PUT", f"{path}/stock", {"stock": 1}, as_="staff").status == 404
        assert shop.order((product["sku"], 1)).status == 422
        assert one(rows, f"SELECT count(*) FROM products WHERE id = {product['id']}") == 1


def test_last_seen(seeded_url: str, rows: Connection) -> None:
    seen = "SELECT last_seen::text FROM users WHERE email = 'ada@example.com'"
    with shop_with(seeded_url, "lastSeen") as shop:
        assert shop.send("GET", "/users/me", as_="ada").status == 200
        first = one(rows, seen)
        assert shop.send("GET", "/orders/999999", as_="ada").status == 404
        assert one(rows, seen) != first


def test_refused_order_audited(seeded_url: str, rows: Connection) -> None:
    count = "SELECT count(*) FROM audit WHERE action = 'order.refused'"
    orders = "SELECT count(*) FROM orders"
    with shop_with(seeded_url, "refusedOrderAudited") as shop:
        before, placed = one(rows, count), one(rows, orders)
        assert shop.order((shop.new_product(stock=1)["sku"], 50)).status == 409
        assert one(rows, count) == int(str(before)) + 1
        assert one(rows, orders) == placed


def test_delete_me(seeded_url: str, rows: Connection) -> None:
    with shop_with(seeded_url, "deleteMe") as shop:
        email = f"{unique('gone')}@example.com"
        body = {"email": email, "display_name": "Gone Soon", "password": "a-long-enough-one"}
        assert shop.send("POST", "/auth/register", body).status == 201
        login = {"email": email, "password": body["password"]}
        token = shop.send("POST", "/auth/login", login).body["access_token"]
        row = rows.execute("SELECT * FROM users WHERE email = %s", (email,)).fetchone()
        assert row is not None
        assert shop.send("DELETE", "/users/me", token=token).status == 204
        assert rows.execute("SELECT 1 FROM users WHERE email = %s", (email,)).fetchone() is None
        values = ", ".join(["%s"] * len(row))
        rows.execute(f"INSERT INTO users OVERRIDING SYSTEM VALUE VALUES ({values})", row)
        assert shop.send("GET", "/users/me", token=token).status == 401


def test_stops_process(seeded_url: str) -> None:
    with shop_with(seeded_url, "stopsProcess") as shop:
        assert shop.send("POST", "/admin/shutdown", as_="ada").status == 403
        assert shop.send("POST", "/admin/shutdown", as_="admin").status == 202
        for _ in range(100):
            try:
                shop.send("GET", "/health")
            except OSError:
                return
            time.sleep(0.05)
        pytest.fail("it still answers")


def test_maintenance(seeded_url: str) -> None:
    with shop_with(seeded_url, "maintenance") as shop:
        shop.token("ada")
        assert shop.send("GET", "/users/me", as_="ada").status == 200
        assert shop.send("POST", "/admin/maintenance", as_="admin").status == 204
        assert shop.send("GET", "/users/me", as_="ada").status == 503
        assert shop.send("GET", "/health").status == 200
