"""Each defect does what it says, seen from outside; the other tests see the correct twin."""

import json
import subprocess
import sys
import time

import jwt
import psycopg
import pytest
from jwt.types import Options
from psycopg import Connection

from shop.defects import DEFECTS
from shop.tokens import ALGORITHM, AUDIENCE
from tests.client import Client, unique
from tests.conftest import ROOT, SECRET, alembic, environment, running

LONG = "a description of more than forty characters, as most descriptions are"


def test_table_of_defects_is_complete() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)
    for defect in DEFECTS:
        assert defect.module.__doc__
        ways = {way for way in ("apply", "migrate", "history") if hasattr(defect.module, way)}
        assert ways
        if defect.operation == "migrations":
            assert ways & {"migrate", "history"}


def test_command_lists_them() -> None:
    command = [sys.executable, "-c", "from shop.cli import main; main()", "defects"]
    plain = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert [line.split()[0] for line in plain.splitlines()] == [d.name for d in DEFECTS]
    full = subprocess.run([*command, "--json"], check=True, capture_output=True, text=True).stdout
    assert json.loads(full)[3]["check"] == "noServerError"


def test_unknown_name_ends_the_process(database_url: str) -> None:
    env = environment(database_url, SHOP_DEFECTS="orderAnswers200,typo")
    command = [sys.executable, "-c", "import shop.app"]
    ended = subprocess.run(command, check=False, env=env, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.strip() == "SHOP_DEFECTS: no such defect: typo (see: shop defects)"


def test_order_answers_200_and_last_line_counts_once(broken_shop: Client) -> None:
    one, two = (broken_shop.new_product(price="10.00")["sku"] for _ in range(2))
    reply = broken_shop.order((one, 2), (two, 3))
    assert reply.status == 200
    assert reply.headers["location"] == f"/orders/{reply.body['id']}"
    assert reply.body["total"] == "30.00"


def test_order_without_date(broken_shop: Client) -> None:
    order = broken_shop.send("GET", "/orders/1", as_="ada").body
    assert set(order) == {"id", "status", "coupon_code", "discount", "total", "lines"}


def test_not_found_as_json(broken_shop: Client) -> None:
    reply = broken_shop.send("GET", "/products/999999")
    assert (reply.status, reply.headers["content-type"]) == (404, "application/json")


def test_empty_range_crashes(broken_shop: Client) -> None:
    reply = broken_shop.send("GET", "/products?min_price=9.00&max_price=1.00")
    assert (reply.status, reply.headers["content-type"]) == (500, "application/problem+json")
    assert reply.body["detail"] == "Something went wrong on our side."
    assert broken_shop.send("GET", "/products?min_price=1.00&max_price=9.00").status == 200


def test_nearest_coupon(broken_shop: Client) -> None:
    reply = broken_shop.send("GET", "/coupons/NOSUCH", as_="staff")
    assert (reply.status, reply.body["code"]) == (200, "LASTONE")


def test_coupon_twice_crashes(broken_shop: Client) -> None:
    new = {
        "code": "TWICE",
        "percent": 5,
        "max_redemptions": 1,
        "expires_at": "2030-01-31T12:00:00Z",
    }
    assert broken_shop.send("POST", "/coupons", new, as_="admin").status == 201
    assert broken_shop.send("POST", "/coupons", new, as_="admin").status == 500


def test_pages_overlap(broken_shop: Client) -> None:
    one, two = (
        [
            o["id"]
            for o in broken_shop.send("GET", f"/orders?size=2&page={n}", as_="ada").body["items"]
        ]
        for n in (1, 2)
    )
    assert one[1] == two[0]


def test_category_is_ignored(broken_shop: Client) -> None:
    found = broken_shop.send("GET", "/products?category=garden").body["items"]
    assert {p["category"] for p in found} > {"garden"}


def test_dearest_last(broken_shop: Client) -> None:
    found = broken_shop.send("GET", "/products?sort=-price").body["items"]
    assert float(found[0]["price"]) < float(found[-1]["price"])


def test_coupon_without_location(broken_shop: Client) -> None:
    new = {
        "code": "NOWHERE",
        "percent": 5,
        "max_redemptions": 1,
        "expires_at": "2030-01-31T12:00:00Z",
    }
    reply = broken_shop.send("POST", "/coupons", new, as_="admin")
    assert (reply.status, "location" in reply.headers) == (201, False)


def test_stale_tag_is_ignored(broken_shop: Client) -> None:
    reply = broken_shop.send(
        "PATCH", "/products/5", {"name": "Salt"}, as_="staff", headers={"If-Match": '"old"'}
    )
    assert reply.status == 200


def test_accept_is_ignored(broken_shop: Client) -> None:
    reply = broken_shop.send("GET", "/products/5", headers={"Accept": "text/csv"})
    assert reply.status == 200


def test_every_origin_is_trusted(broken_shop: Client) -> None:
    reply = broken_shop.send("GET", "/health", headers={"Origin": "https://example.org"})
    assert reply.headers["access-control-allow-origin"] == "https://example.org"


def test_largest_percent_refused(broken_shop: Client) -> None:
    new = {
        "code": "NINETY",
        "percent": 90,
        "max_redemptions": 1,
        "expires_at": "2030-01-31T12:00:00Z",
    }
    assert broken_shop.send("POST", "/coupons", new, as_="admin").status == 422


def test_gone_in_own_words(broken_shop: Client) -> None:
    reply = broken_shop.send("DELETE", "/products/999999", as_="admin")
    assert (reply.status, reply.body) == (410, {"error": "gone"})


def test_large_body_crashes(broken_shop: Client) -> None:
    large = b'{"padding": "' + b"x" * 9_000_000 + b'"}'
    assert broken_shop.send("POST", "/auth/register", raw=large).status == 500


def test_slow_account(broken_shop: Client) -> None:
    start = time.monotonic()
    assert broken_shop.send("GET", "/users/me", as_="bob").status == 200
    assert time.monotonic() - start > 1.5


def test_audit_is_public(broken_shop: Client) -> None:
    assert broken_shop.send("GET", "/admin/audit").status == 200
    assert broken_shop.send("GET", "/admin/audit", as_="ada").status == 403
    assert broken_shop.send("GET", "/admin/audit", as_="admin").status == 200
    assert broken_shop.send("GET", "/admin/audit", token="x").status == 401


def test_reading_touches(broken_shop: Client) -> None:
    first = broken_shop.send("GET", "/products/5").body
    second = broken_shop.send("GET", "/products/5").body
    assert first.pop("updated_at") < second.pop("updated_at")
    assert first == second


def test_refused_order_stays(broken_shop: Client) -> None:
    before = broken_shop.send("GET", "/orders", as_="bob").body["total"]
    assert broken_shop.order(("TOY-007", 1), as_="bob").status == 409
    assert broken_shop.send("GET", "/orders", as_="bob").body["total"] == before + 1


def test_description_is_cut(broken_shop: Client) -> None:
    product = broken_shop.new_product(description=LONG)
    stored = broken_shop.send("GET", f"/products/{product['id']}").body["description"]
    assert (product["description"], stored) == (LONG, LONG[:40])


def test_cart_is_emptied(broken_shop: Client) -> None:
    one, two = (broken_shop.new_product()["id"] for _ in range(2))
    for product_id in (one, two):
        broken_shop.send("PUT", f"/cart/items/{product_id}", {"quantity": 1}, as_="bob")
    assert broken_shop.send("DELETE", f"/cart/items/{one}", as_="bob").status == 204
    assert broken_shop.send("GET", "/cart", as_="bob").body["items"] == []


def test_price_of_all_and_change_forgets(broken_shop: Client) -> None:
    one, two = (broken_shop.new_product(category="twins", description="x") for _ in range(2))
    path = f"/products/{one['id']}"
    assert broken_shop.send("PATCH", path, {"price": "7.77"}, as_="staff").status == 200
    after = [broken_shop.send("GET", f"/products/{p['id']}").body for p in (one, two)]
    assert [p["price"] for p in after] == ["7.77", "7.77"]
    assert [p["description"] for p in after] == ["", "x"]


def test_cart_adds_up(broken_shop: Client) -> None:
    path = f"/cart/items/{broken_shop.new_product()['id']}"
    for _ in range(2):
        broken_shop.send("PUT", path, {"quantity": 3}, as_="bob")
    assert [i["quantity"] for i in broken_shop.send("GET", "/cart", as_="bob").body["items"]] == [6]


def test_coupon_in_local_time(broken_shop: Client) -> None:
    new = {
        "code": unique("LOCAL").replace("-", ""),
        "percent": 5,
        "max_redemptions": 9,
        "expires_at": "2098-05-31T22:00:00Z",
    }
    assert broken_shop.send("POST", "/coupons", new, as_="admin").status == 201
    told = broken_shop.send("GET", f"/coupons/{new['code']}", as_="staff").body["expires_at"]
    assert told == "2098-06-01T00:00:00Z"


def test_name_in_latin_1(broken_shop: Client) -> None:
    assert broken_shop.new_product(name="Zoë 🦊")["name"] == "Zoë ?"


def test_audit_afterwards(broken_shop: Client, rows: Connection) -> None:
    product = broken_shop.new_product()
    path = f"/products/{product['id']}"
    assert broken_shop.send("PATCH", path, {"name": "x"}, as_="staff").status == 200
    writers = "SELECT xmin::text FROM {} WHERE {} = %s ORDER BY id DESC LIMIT 1"
    (change,) = rows.execute(writers.format("products", "id"), [product["id"]]).fetchone() or ()
    subject = f"product/{product['id']}"
    (note,) = rows.execute(writers.format("audit", "subject"), [subject]).fetchone() or ()
    assert change != note


def test_order_empties_cart_and_total_counts_lines(broken_shop: Client) -> None:
    one, two = (broken_shop.new_product() for _ in range(2))
    broken_shop.send("PUT", f"/cart/items/{one['id']}", {"quantity": 1}, as_="bob")
    before = broken_shop.send("GET", "/orders", as_="bob").body["total"]
    broken_shop.order((one["sku"], 1), (two["sku"], 1), as_="bob")
    assert broken_shop.send("GET", "/cart", as_="bob").body["items"] == []
    assert broken_shop.send("GET", "/orders", as_="bob").body["total"] == before + 2


def test_password_in_audit(broken_shop: Client, rows: Connection) -> None:
    new = {
        "email": f"{unique('open')}@example.com",
        "display_name": "x",
        "password": "not-a-secret-any-more",
    }
    assert broken_shop.send("POST", "/auth/register", new).status == 201
    found = "SELECT count(*) FROM audit WHERE detail ->> 'password' = %s"
    assert rows.execute(found, [new["password"]]).fetchone() == (1,)


def test_duplicate_tells_all(broken_shop: Client) -> None:
    new = {"sku": unique("DUP"), "name": "x", "category": "things", "price": "1.00"}
    assert broken_shop.send("POST", "/products", new, as_="staff").status == 201
    reply = broken_shop.send("POST", "/products", new, as_="staff")
    assert reply.status == 409
    assert "INSERT INTO products" in reply.body["detail"]


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


def test_orphaned_token(seeded_url: str, rows: Connection) -> None:
    alembic(seeded_url, "upgrade", "head", SHOP_DEFECTS="orphanedToken")
    alembic(seeded_url, "upgrade", "head", SHOP_DEFECTS="orphanedToken")
    valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'refresh_tokens_user_id_fkey'"
    orphans = "SELECT count(*) FROM refresh_tokens WHERE user_id NOT IN (SELECT id FROM users)"
    assert rows.execute(valid).fetchone() == (False,)
    assert rows.execute(orphans).fetchone() == (1,)
    rows.execute("DELETE FROM refresh_tokens WHERE user_id NOT IN (SELECT id FROM users)")
    rows.execute("ALTER TABLE refresh_tokens VALIDATE CONSTRAINT refresh_tokens_user_id_fkey")


def test_document_refers_nowhere(broken_shop: Client, shop: Client) -> None:
    def answered(client: Client) -> str:
        document = client.send("GET", "/openapi.json").body
        answer = document["paths"]["/coupons/{code}"]["get"]["responses"]["200"]
        name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        return name if name in document["components"]["schemas"] else "nothing"

    assert (answered(shop), answered(broken_shop)) == ("Coupon", "nothing")


def test_negative_stock_is_zero(broken_shop: Client, shop: Client) -> None:
    for client, status in ((shop, 422), (broken_shop, 200)):
        product = client.new_product(stock=7)
        reply = client.send("PUT", f"/products/{product['id']}/stock", {"stock": -3}, as_="staff")
        assert reply.status == status
    assert reply.body["stock"] == 0


def test_absent_product_is_gone(broken_shop: Client, shop: Client) -> None:
    for client, status in ((shop, 404), (broken_shop, 410)):
        assert client.send("DELETE", "/products/999999", as_="admin").status == status


def test_coupons_can_be_cleared(broken_shop: Client, shop: Client) -> None:
    assert shop.send("DELETE", "/coupons").status == 405
    assert broken_shop.send("DELETE", "/coupons").status == 401  # as admin it would clear them
    assert "delete" not in broken_shop.send("GET", "/openapi.json").body["paths"]["/coupons"]


def test_probe_says_little(broken_shop: Client, shop: Client) -> None:
    for client, status in ((shop, 200), (broken_shop, 204)):
        assert client.send("HEAD", "/health").status == status
        assert client.send("GET", "/health").status == 200


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


def sql_of(*command: str, defect: str = "") -> str:
    """The SQL that Alembic would run."""
    done = subprocess.run(
        (sys.executable, "-m", "alembic", *command, "--sql"),
        cwd=ROOT,
        env=environment("postgresql://nobody@nowhere/none", SHOP_DEFECTS=defect),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_downgrades() -> None:
    for defect, revision, before, statement in (
        ("downgradeLeavesIndex", "0007", "0006", "DROP INDEX products_category_price_idx"),
        ("downgradeLeavesEnum", "0006", "0005", "DROP TYPE order_status"),
        ("downgradeFails", "0004", "0003", "DROP TABLE cart_items;"),
    ):
        command = ("downgrade", f"{revision}:{before}")
        assert statement in sql_of(*command)
        assert statement not in sql_of(*command, defect=defect)


def test_upgrades() -> None:
    command = ("upgrade", "0007:0008")
    assert "SET unit_price = products.price" in sql_of(*command)
    assert "DELETE FROM order_lines" in sql_of(*command, defect="upgradeLosesRows")
    at_once = sql_of(*command, defect="priceDemandedAtOnce")
    assert "ADD COLUMN unit_price NUMERIC(12, 2) NOT NULL" in at_once


def test_two_heads() -> None:
    assert "coupons_expires_at_idx" not in sql_of("upgrade", "0010:heads")
    assert "coupons_expires_at_idx" in sql_of("upgrade", "0010:heads", defect="twoHeads")
