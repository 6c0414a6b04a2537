"""The life of an order, and what must not become one."""

from psycopg import Connection

from tests.client import Client, unique


def counts(rows: Connection) -> list[tuple[object, ...]]:
    """How many rows the tables have that an order touches, and all stock."""
    return rows.execute(
        "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),"
        " (SELECT count(*) FROM audit), (SELECT count(*) FROM outbox),"
        " (SELECT sum(redeemed) FROM coupons), (SELECT sum(stock) FROM products)"
    ).fetchall()


def stock(shop: Client, product_id: int) -> object:
    return shop.send("GET", f"/products/{product_id}").body["stock"]


def test_order_is_placed_paid_and_then_final(shop: Client, rows: Connection) -> None:
    one, two = shop.new_product(price="9.99"), shop.new_product(price="100.00")
    reply = shop.order((two["sku"], 3), (one["sku"], 1), (one["sku"], 1), coupon="WELCOME10")
    order = reply.body
    assert reply.status == 201
    assert reply.headers["location"] == f"/orders/{order['id']}"
    assert (order["discount"], order["total"]) == ("32.00", "287.98")
    assert [line["quantity"] for line in order["lines"]] == [2, 3]
    assert (stock(shop, one["id"]), stock(shop, two["id"])) == (8, 7)
    path = f"/orders/{order['id']}"
    assert shop.send("GET", path, as_="ada").body == order

    paid = shop.send("POST", f"{path}/payment", {"method": "card"}, as_="ada")
    assert (paid.status, paid.body["amount"]) == (201, "287.98")
    assert shop.send("POST", f"{path}/payment", {"method": "card"}, as_="ada").status == 409
    assert shop.send("POST", f"{path}/cancel", as_="ada").status == 409
    assert shop.send("GET", path, as_="ada").body["status"] == "paid"
    told = rows.execute(
        "SELECT action, topic FROM audit JOIN outbox ON topic = action AND payload->>'id' = %s"
        " WHERE subject = %s ORDER BY audit.id",
        (str(order["id"]), f"order/{order['id']}"),
    ).fetchall()
    assert told == [("order.placed", "order.placed"), ("order.paid", "order.paid")]


def test_cancelled_order_gives_its_stock_back_once(shop: Client) -> None:
    product = shop.new_product(stock=5)
    order = shop.order((product["sku"], 5)).body
    assert stock(shop, product["id"]) == 0
    cancel = f"/orders/{order['id']}/cancel"
    assert shop.send("POST", cancel, as_="ada").body["status"] == "cancelled"
    assert shop.send("POST", cancel, as_="ada").status == 409
    assert stock(shop, product["id"]) == 5


def test_orders_of_others_are_absent(shop: Client) -> None:
    path = f"/orders/{shop.order((shop.new_product()['sku'], 1)).body['id']}"
    assert shop.send("GET", path, as_="bob").status == 404
    assert shop.send("POST", f"{path}/cancel", as_="bob").status == 404
    assert shop.send("POST", f"{path}/payment", {"method": "card"}, as_="bob").status == 404
    mine = shop.send("GET", "/orders?size=100", as_="bob").body["items"]
    assert path not in {f"/orders/{order['id']}" for order in mine}


def test_refused_order_leaves_no_row(shop: Client, rows: Connection) -> None:
    sku = shop.new_product(stock=2)["sku"]
    shop.token("ada")
    before = counts(rows)
    assert shop.order((sku, 1), ("KIT-001", 100)).status == 409
    assert shop.order((sku, 1), ("NO-SUCH-SKU", 1)).status == 422
    assert shop.order((sku, 1), coupon="SUMMER24").status == 409
    assert shop.order((sku, 1), coupon="ONLYONCE").status == 409
    assert shop.order((sku, 1), coupon="NOSUCHCODE").status == 422
    assert counts(rows) == before


def test_ordered_product_cannot_be_deleted(shop: Client, rows: Connection) -> None:
    product = shop.new_product()
    path = f"/products/{product['id']}"
    shop.order((product["sku"], 1))
    before = counts(rows)
    assert shop.send("DELETE", path, as_="admin").status == 409
    assert counts(rows) == before
    lonely = f"/products/{shop.new_product()['id']}"
    assert shop.send("PUT", lonely.replace("products", "cart/items"), {"quantity": 1}, as_="ada")
    assert shop.send("DELETE", lonely, as_="admin").status == 204
    assert shop.send("DELETE", lonely, as_="admin").status == 404
    assert shop.send("GET", lonely).status == 404


def test_cart_keeps_what_was_put(shop: Client) -> None:
    first, second = (shop.new_product(price="2.50")["id"] for _ in range(2))
    shop.send("PUT", f"/cart/items/{first}", {"quantity": 2}, as_="bob")
    shop.send("PUT", f"/cart/items/{second}", {"quantity": 1}, as_="bob")
    cart = shop.send("PUT", f"/cart/items/{first}", {"quantity": 4}, as_="bob").body
    assert {i["product_id"]: i["quantity"] for i in cart["items"]}.items() >= {
        (first, 4),
        (second, 1),
    }
    assert shop.send("DELETE", f"/cart/items/{first}", as_="bob").status == 204
    assert shop.send("DELETE", f"/cart/items/{first}", as_="bob").status == 404
    left = shop.send("GET", "/cart", as_="bob").body["items"]
    assert second in [item["product_id"] for item in left]
    assert shop.send("PUT", "/cart/items/2147483647", {"quantity": 1}, as_="bob").status == 404


def test_taken_names_are_conflicts(shop: Client) -> None:
    code = unique("CODE")
    coupon = {
        "code": code,
        "percent": 10,
        "max_redemptions": 1,
        "expires_at": "2099-01-01T00:00:00Z",
    }
    assert shop.send("POST", "/coupons", coupon, as_="admin").status == 201
    assert shop.send("POST", "/coupons", coupon, as_="admin").status == 409
    taken = {"email": "ADA@example.com", "display_name": "Eve", "password": "a-long-password"}
    assert shop.send("POST", "/auth/register", taken).status == 409
    product = shop.new_product()
    again = {"sku": product["sku"], "name": "x", "category": "things", "price": "1.00"}
    reply = shop.send("POST", "/products", again, as_="staff")
    assert (reply.status, reply.body["detail"]) == (409, "This sku is taken.")


def test_key_repeats_the_answer_and_is_for_one_order(shop: Client) -> None:
    sku, key = shop.new_product()["sku"], {"Idempotency-Key": unique("key")}
    body = {"lines": [{"sku": sku, "quantity": 1}]}
    first, second = (shop.send("POST", "/orders", body, as_="ada", headers=key) for _ in range(2))
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    assert first.headers["location"] == second.headers["location"]
    other = {"lines": [{"sku": sku, "quantity": 2}]}
    assert shop.send("POST", "/orders", other, as_="ada", headers=key).status == 409
    assert shop.send("POST", "/orders", other, as_="bob", headers=key).status == 201
    malformed = {"Idempotency-Key": "no spaces"}
    assert shop.send("POST", "/orders", body, as_="ada", headers=malformed).status == 422
