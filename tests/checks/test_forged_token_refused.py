"""Tokens that nobody issued: a fault where one opens the door that garbage does not."""

from __future__ import annotations

from typing import Any

from seamline.model.case import Twist
from seamline.model.exchange import Exchange

from .world import applies, context, exchange, found, inserted, look

NAME = "forgedTokenRefused"


def forged(status: int, garbage: int = 401, sound: int = 200, **more: Any) -> Exchange:
    earlier = (
        exchange(status=garbage, credentials="malformed", label="garbage"),
        exchange(status=sound, credentials="resigned", label="sound"),
    )
    twist = Twist(scenario=NAME, what="a token that has expired", where="expired")
    return exchange(
        status=status, credentials="expired", label="forged", twist=twist, earlier=earlier, **more
    )


def test_an_accepted_forgery_is_an_error_named_after_its_kind() -> None:
    (finding,) = found(NAME, forged(200, body={"id": 7}), context())
    assert (finding.severity, finding.detail) == ("error", "expired")
    assert finding.title == "a token that has expired was accepted: 200 OK"
    (wrote,) = found(NAME, forged(201, changes=(inserted("orders"),)), context())
    assert "1 insert" in wrote.actual


def test_a_refused_one_is_none() -> None:
    assert not found(NAME, forged(401), context())
    assert not found(NAME, forged(403), context())


def test_it_abstains_where_the_forgery_proves_nothing() -> None:
    for x, reason in (
        (forged(200, garbage=200), "authRequired"),
        (forged(200, sound=401), "[tokens] secret"),
        (forged(409), "does not say"),
        (forged(422), "does not say"),
        (forged(500), "no answer"),
        (forged(0), "no answer"),
    ):
        findings, why = look(NAME, x, context())
        assert not findings
        assert reason in why


def test_the_steps_before_are_not_judged() -> None:
    assert not any(applies(NAME, x, context()) for x in forged(200).earlier)
