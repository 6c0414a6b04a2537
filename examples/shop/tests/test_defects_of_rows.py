"""Each defect of what requests do to rows does what it says."""

from psycopg import Connection

from tests.client import Client, unique

LONG = "a description of more than forty characters, as most descriptions are"


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
