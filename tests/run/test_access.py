"""What looks wrong in what was learnt of who may."""

from __future__ import annotations

from seamline.openapi.operation import Operation
from seamline.run.access import doubts_of


def operation(key: str, *tags: str) -> Operation:
    method, _, path = key.partition(" ")
    return Operation(
        method=method,
        path=path,
        operation_id="",
        parameters=(),
        answers={},
        security=(),
        tags=tags,
    )


def doubts(learned: dict[str, str], *tags: str) -> dict[str, str]:
    operations = {key: operation(key, *tags) for key in learned}
    return doubts_of(operations, {k: frozenset(v.split()) for k, v in learned.items()})


def test_strangers_who_write_are_doubted_but_not_where_strangers_must() -> None:
    found = doubts(
        {
            "POST /notes": "anonymous user",
            "GET /notes": "anonymous user",
            "POST /auth/login": "anonymous",
            "POST /users/sign-up": "anonymous",
            "GET /users/me": "user",
        }
    )
    assert found == {"POST /notes": "anonymous may write"}


def test_where_nothing_asks_who_is_calling_an_open_door_is_no_odd_one_out() -> None:
    assert doubts({"POST /notes": "anonymous", "DELETE /notes/{id}": "anonymous user"}) == {}


def test_a_role_that_may_one_thing_that_it_may_not_around_it_is_doubted() -> None:
    around = {
        "GET /v1/reports/a": "admin",
        "GET /v1/reports/b": "admin",
        "GET /v1/reports/c": "admin customer",
        "POST /v1/reports": "customer",
    }
    assert list(doubts(around)) == ["GET /v1/reports/c"]
    assert "customer may" in doubts(around)["GET /v1/reports/c"]
    apart = {k.replace("/v1/reports", f"/v1/{n}"): v for n, (k, v) in enumerate(around.items())}
    assert not doubts(apart)
    assert list(doubts(apart, "reports"))


def test_two_neighbours_at_least_must_agree() -> None:
    assert not doubts({"POST /coupons": "admin", "PUT /coupons/{code}": "admin staff"})
    shop = {
        "POST /products": "staff admin",
        "PATCH /products/{id}": "staff admin",
        "DELETE /products/{id}": "admin",
        "PUT /products/{id}/stock": "staff admin",
    }
    assert not doubts(shop)
