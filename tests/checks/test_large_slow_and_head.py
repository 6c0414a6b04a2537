"""Requests that are too large or ask for unknown types, slow operations, HEAD beside GET, Allow."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from seamline.model.case import Twist
from seamline.model.exchange import Exchange

from .world import abstains, applies, context, exchange, found, look

LARGE, SLOW, HEAD = "tooLargeHandled", "latencyBudget", "headEqualsGet"
METHOD = "undeclaredMethodRefused"


def twist(scenario: str, where: str = "body") -> Twist:
    return Twist(scenario=scenario, what="a body of 9 MB", where=where)


def test_a_body_that_breaks_the_system_is_told_once() -> None:
    x = exchange("POST /orders", 500, twist=twist("too-large-body"))
    (finding,) = found(LARGE, x, context())
    assert finding.severity == "warning"
    assert look("noServerError", x, context())[1]
    alone = context(validations=frozenset(["noServerError"]))
    assert found("noServerError", x, alone)


@pytest.mark.parametrize("status", [200, 400, 404, 413, 422, 431])
def test_any_answer_below_500_will_do(status: int) -> None:
    x = exchange("POST /orders", status, twist=twist("too-large-header"))
    assert not found(LARGE, x, context())


def test_a_closed_connection_is_right_and_silence_is_not() -> None:
    closed = exchange(status=0, twist=twist("too-large-body"))
    assert not found(LARGE, closed, context())
    silent = msgspec.structs.replace(closed, failure="no answer in time")
    assert found(LARGE, silent, context())
    assert not applies(LARGE, exchange(status=0), context())


def timed(*took: float, status: int = 200) -> Exchange:
    times = [exchange(duration_ms=t, twist=twist("timed"), label="time") for t in took]
    last = exchange(status=status, duration_ms=took[-1], twist=twist("timed"), label="last")
    return msgspec.structs.replace(last, earlier=tuple(times[:-1]))


def test_the_median_is_held_against_the_budget() -> None:
    budget = context(latency_ms=100.0)
    assert found(SLOW, timed(150, 150, 20, 150, 150), budget)
    assert not found(SLOW, timed(90, 90, 5000, 90, 90), budget)
    assert abstains(SLOW, timed(150, 150, 150, status=404), budget)
    assert abstains(SLOW, timed(150, 150, 150), context())
    first = exchange(twist=twist("timed"), label="time1")
    assert not applies(SLOW, first, budget)


def heads(status: int, headers: dict[str, str]) -> Exchange:
    get = exchange(
        status=200, body={"a": 1}, headers={"content-type": "a/b", "content-length": "8"}
    )
    return exchange(
        "HEAD /orders", status, headers=headers, twist=twist("head-of-get"), earlier=(get,)
    )


@pytest.mark.parametrize(
    ("status", "headers", "detail"),
    [
        (200, {"content-type": "a/b", "content-length": "8"}, None),
        (200, {}, None),
        (404, {}, "status"),
        (200, {"content-type": "c/d"}, "content-type"),
        (200, {"content-length": "9"}, "content-length"),
    ],
)
def test_head_says_what_get_says(status: int, headers: dict[str, str], detail: str | None) -> None:
    details = [f.detail for f in found(HEAD, heads(status, headers), context())]
    assert details == ([] if detail is None else [detail])


def test_a_broken_head_is_told_by_another_check() -> None:
    assert abstains(HEAD, heads(500, {}), context())


@pytest.mark.parametrize(
    ("allow", "detail"),
    [
        ("GET, PUT", None),
        ("get,put", None),
        ("", "allow"),
        ("GET", "allow leaves out"),
        ("GET, PUT, DELETE", "allow names it"),
    ],
)
def test_allow_names_the_methods_that_there_are(allow: str, detail: str | None) -> None:
    known = context(methods={"/orders": frozenset(["GET", "PUT"])})
    headers: Any = {"allow": allow} if allow else {}
    x = exchange("DELETE /orders", 405, headers=headers, twist=twist("unspecified", "method"))
    found_ = found(METHOD, x, known)
    assert [(f.detail, f.severity) for f in found_] == ([(detail, "info")] if detail else [])


@pytest.mark.parametrize("status", [200, 304, 400, 404])
def test_another_answer_than_the_documented_406_is_told(status: int) -> None:
    x = exchange("GET /orders/{id}", status, twist=twist("unknown-accept", "Accept"))
    (finding,) = found("notAcceptable", x, context())
    assert finding.severity == "warning"


def test_406_is_right_and_what_says_nothing_is_not_judged() -> None:
    unknown = twist("unknown-accept", "Accept")
    assert not found("notAcceptable", exchange(status=406, twist=unknown), context())
    assert abstains("notAcceptable", exchange(status=429, twist=unknown), context())
    assert abstains("notAcceptable", exchange(status=503, twist=unknown), context())
    assert abstains("notAcceptable", exchange(status=0, twist=unknown), context())
    assert not applies("notAcceptable", exchange(), context())
