"""Each defect of the rows themselves does what it says."""

import psycopg
from psycopg import Connection

from tests.client import Client
from tests.conftest import alembic, running

SPOILT = "oneMoreThanInStock,cancelledIsVoid,sameAddressInCapitals,orderedProductRemoved"
MENDED = (
    "UPDATE products SET stock = 0 WHERE stock < 0",
    "ALTER TABLE products ADD CONSTRAINT products_stock_check CHECK (stock >= 0)",
    "UPDATE orders SET status = 'cancelled' WHERE status::text = 'void'",
    "DELETE FROM users WHERE email LIKE 'TWICE%'",
    "DROP INDEX users_email_key",
    "CREATE UNIQUE INDEX users_email_key ON users (lower(email))",
    "DELETE FROM order_lines l WHERE NOT EXISTS (SELECT FROM products p WHERE p.id = l.product_id)",
    "ALTER TABLE order_lines ADD CONSTRAINT order_lines_product_id_fkey"
    " FOREIGN KEY (product_id) REFERENCES products (id)",
)


def test_orphaned_token(seeded_url: str, rows: Connection) -> None:
    alembic(seeded_url, "upgrade", "head", SHOP_DEFECTS="orphanedToken")
    alembic(seeded_url, "upgrade", "head", SHOP_DEFECTS="orphanedToken")
    valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'refresh_tokens_user_id_fkey'"
    orphans = "SELECT count(*) FROM refresh_tokens WHERE user_id NOT IN (SELECT id FROM users)"
    assert rows.execute(valid).fetchone() == (False,)
    assert rows.execute(orphans).fetchone() == (1,)
    rows.execute("DELETE FROM refresh_tokens WHERE user_id NOT IN (SELECT id FROM users)")
    rows.execute("ALTER TABLE refresh_tokens VALIDATE CONSTRAINT refresh_tokens_user_id_fkey")


def test_the_database_refuses_what_the_shop_must_not_write(rows: Connection) -> None:
    for statement in (
        b"UPDATE products SET stock = -1 WHERE id = 1",
        b"UPDATE coupons SET percent = 91 WHERE code = 'LASTONE'",
        b"UPDATE coupons SET redeemed = 2 WHERE code = 'LASTONE'",
        b"UPDATE order_lines SET quantity = 0 WHERE order_id = 1",
    ):
        try:
            rows.execute(statement)
        except psycopg.errors.CheckViolation:
            continue
        raise AssertionError(statement)


def test_lists_show_others_leave_out_and_turn_round(broken_shop: Client, shop: Client) -> None:
    product = shop.new_product()
    orders = [shop.order((product["sku"], 1)).body["id"] for _ in range(2)]
    shop.send("POST", f"/orders/{orders[1]}/cancel", as_="ada")
    for client, is_shown in ((shop, False), (broken_shop, True)):
        items = client.send("GET", "/orders?size=100", as_="bob").body["items"]
        assert (orders[1] in {o["id"] for o in items}) is is_shown
        assert orders[0] not in {o["id"] for o in items}
    wrong, right = (c.send("GET", "/admin/audit", as_="admin").body for c in (broken_shop, shop))
    assert right["items"][0]["action"] == "order.cancelled"
    assert right["items"][0]["id"] > right["items"][1]["id"]
    assert wrong["items"][0]["id"] < wrong["items"][1]["id"]
    assert all(entry["detail"] for entry in wrong["items"])
    page = broken_shop.send("GET", "/admin/audit?size=2", as_="admin").body
    assert page["total"] == 2 < right["total"]


def test_name_is_email(broken_shop: Client, shop: Client) -> None:
    for client, name in ((shop, "Ada"), (broken_shop, "ada@example.com")):
        assert client.send("GET", "/users/me", as_="ada").body["display_name"] == name


def test_orders_are_counted_told_and_rounded(
    broken_shop: Client, shop: Client, rows: Connection
) -> None:
    sku = shop.new_product(price="12.95")["sku"]
    redeemed = "SELECT redeemed FROM coupons WHERE code = 'WELCOME10'"
    told = "SELECT count(*) FROM outbox WHERE topic = 'order.placed'"
    for client, more, discount in ((shop, 1, "1.30"), (broken_shop, 0, "1.29")):
        before = [rows.execute(q.encode()).fetchone() for q in (redeemed, told)]
        assert client.order((sku, 1), coupon="WELCOME10").body["discount"] == discount
        after = [rows.execute(q.encode()).fetchone() for q in (redeemed, told)]
        assert [a[0] - b[0] for a, b in zip(after, before, strict=True) if a and b] == [more] * 2


def test_paid_in_local_time(broken_shop: Client, shop: Client, rows: Connection) -> None:
    for client, is_future in ((shop, False), (broken_shop, True)):
        order = shop.order((shop.new_product()["sku"], 1)).body["id"]
        client.send("POST", f"/orders/{order}/payment", {"method": "card"}, as_="ada")
        future = b"SELECT created_at > now() + interval '1 hour' FROM payments WHERE order_id = %s"
        assert rows.execute(future, (order,)).fetchone() == (is_future,)


def test_what_the_schema_does_not_refuse(seeded_url: str, shop: Client, rows: Connection) -> None:
    for _ in range(2):
        alembic(seeded_url, "upgrade", "head", SHOP_DEFECTS=SPOILT)
    try:
        with running(seeded_url, SHOP_DEFECTS=SPOILT) as port:
            broken = Client(port, lenient=True)
            one, two = (shop.new_product(stock=1) for _ in range(2))
            assert shop.order((one["sku"], 2)).status == 409
            order = broken.order((one["sku"], 2), (two["sku"], 1)).body
            stock = rows.execute(b"SELECT stock FROM products WHERE id = %s", (one["id"],))
            assert stock.fetchone() == (-1,)
            assert broken.send("POST", f"/orders/{order['id']}/cancel", as_="ada").status == 200
            status = rows.execute(b"SELECT status FROM orders WHERE id = %s", (order["id"],))
            assert status.fetchone() == ("void",)
            assert broken.send("DELETE", f"/products/{two['id']}", as_="admin").status == 204
            new = {"display_name": "Eve", "password": "x" * 12}
            for email in ("twice@example.com", "TWICE@example.com"):
                reply = broken.send("POST", "/auth/register", {**new, "email": email})
                assert reply.status == 201
    finally:
        rows.execute(b"DELETE FROM audit WHERE detail->>'email' LIKE 'TWICE%'")
        for statement in MENDED:
            rows.execute(statement.encode())
