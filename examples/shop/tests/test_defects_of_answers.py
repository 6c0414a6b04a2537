"""Each defect of answers does what it says; the other tests see the correct twin."""

import time

from tests.client import Client


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
