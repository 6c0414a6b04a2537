"""What differs between two runs of the same request is noise."""

from __future__ import annotations

import msgspec

from seamline.model.case import Case, RequestTemplate, Step, Twist
from seamline.run.double import is_doubled, noise_between, with_noise
from seamline.run.session import Rules

from ..checks.world import context, exchange, inserted, updated

KEY = "POST /orders"


def test_columns_and_fields_that_differ_are_found() -> None:
    one, other = (
        exchange(
            KEY,
            201,
            {"id": 7, "at": at, "meta": {"request": [at, 1]}, "same": None},
            changes=(
                inserted("orders", note="a", placed_at=at),
                updated("users", {"email": "a"}, email=at),
            ),
        )
        for at in ("one", "two")
    )
    noise = noise_between(one, other)
    assert noise.columns == {("orders", "placed_at"), ("users", "email")}
    assert noise.fields == {"#/at", "#/meta/request/0"}
    assert noise.written == frozenset({"orders", "users"})


def test_what_is_no_json_and_rows_of_one_run_only_say_nothing() -> None:
    one = exchange(KEY, 201, b"x", headers={}, changes=(inserted("orders", note="a"),))
    other = exchange(KEY, 201, b"y", headers={}, changes=None)
    noise = noise_between(one, other)
    assert not noise.columns and not noise.fields


def test_a_field_of_another_type_or_absent_is_noise() -> None:
    one, other = exchange(KEY, 200, {"a": 1, "b": 2}), exchange(KEY, 200, {"a": True})
    assert noise_between(one, other).fields == {"#/a", "#/b"}


def test_the_rules_know_it_of_that_operation_alone() -> None:
    rules = Rules(contexts={KEY: context(), "PUT /x": context()}, fallback=context())
    noise = noise_between(exchange(KEY, 200, {"a": 1}), exchange(KEY, 200, {"a": 2}))
    told = with_noise(rules, KEY, noise)
    assert told.context(KEY).noise.fields == {"#/a"}
    assert not told.context("PUT /x").noise.fields
    nothing = noise_between(exchange(KEY), exchange(KEY))
    assert with_noise(rules, KEY, nothing).context(KEY).noise.written == frozenset()


def test_only_one_accepted_write_is_doubled() -> None:
    step = Step(operation=KEY, identity="a", request=RequestTemplate(), label="x", status=(201,))
    case = Case(id="c", subject=KEY, kind="positive", steps=(step,))
    assert is_doubled(case)
    change = msgspec.structs.replace
    twist = Twist(scenario="x", what="x", where="x")
    for other in (
        change(case, kind="negative"),
        change(case, steps=(step, step)),
        change(case, steps=(change(step, twist=twist),)),
        change(case, steps=(change(step, credentials="missing"),)),
        change(case, steps=(change(step, status=(404,)),)),
        change(case, subject="GET /x", steps=(change(step, operation="GET /x"),)),
    ):
        assert not is_doubled(other)
