"""Conditional requests and foreign origins."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.checks.options_and_cors import ORIGIN
from seamline.model.case import Twist

from .world import abstains, answers, context, exchange, found, updated

CONDITION, CORS = "conditionalRequests", "optionsAndCors"
TAG = {"etag": '"1"'}


def twist(scenario: str) -> Twist:
    return Twist(scenario=scenario, what="x", where="header If-None-Match")


def same(status: int, headers: Any, body: Any = b"", first: Any = TAG) -> Any:
    before = exchange(status=200, headers=first)
    return exchange(
        status=status, body=body, headers=headers, twist=twist("same-tag"), earlier=(before,)
    )


def test_the_current_tag_gives_304_or_else_info_unless_the_document_has_304() -> None:
    plain, promised = context(answers(s200=None)), context(answers(s200=None, s304=None))
    assert not found(CONDITION, same(304, TAG), promised)
    (told,) = found(CONDITION, same(200, TAG), plain)
    assert told.severity == "info"
    (told,) = found(CONDITION, same(200, TAG), promised)
    assert told.severity == "warning"
    assert not found(CONDITION, same(200, {"etag": '"2"'}), promised)  # it has changed
    assert abstains(CONDITION, same(200, {}, first={}), promised)
    assert found(CONDITION, same(304, TAG, {"id": 1}), promised)


def test_a_tag_that_nobody_sent_gives_the_whole_answer() -> None:
    assert found(CONDITION, exchange(status=304, twist=twist("other-tag")), context())
    assert not found(CONDITION, exchange(status=200, twist=twist("other-tag")), context())
    assert abstains(CONDITION, exchange(status=0, twist=twist("other-tag")), context())


def test_a_stale_tag_writes_nothing() -> None:
    patch = "PATCH /orders/{id}"
    wrote = (updated("orders", {"total": 1}, total=2),)
    assert found(
        CONDITION, exchange(patch, 200, changes=wrote, twist=twist("stale-tag")), context()
    )
    assert found(CONDITION, exchange(patch, 200, changes=None, twist=twist("stale-tag")), context())
    for status in (412, 404, 428):
        assert not found(CONDITION, exchange(patch, status, twist=twist("stale-tag")), context())


@pytest.mark.parametrize(
    ("origin", "credentials", "severity"),
    [
        (ORIGIN, "true", "error"),
        (ORIGIN, "", None),
        ("*", "true", "info"),
        ("*", "", None),
        ("", "", None),
        ("https://shop.example", "true", None),
    ],
)
def test_only_a_foreign_origin_with_credentials_is_wrong(
    origin: str, credentials: str, severity: str | None
) -> None:
    headers = {
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": credentials,
    }
    x = exchange(headers=headers, twist=twist("foreign-origin"))
    assert [f.severity for f in found(CORS, x, context())] == [severity] * (severity is not None)
