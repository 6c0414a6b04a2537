"""Logouts, cookies, and what a refusal says."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from seamline.model.case import Twist
from seamline.model.exchange import Exchange
from seamline.model.row import RowChange

from .world import abstains, answers, applies, context, deleted, exchange, found, inserted, updated

JTI = "6b1f6a52-0b3c-4f6e-9d67-3a3c2f1f0b11"
JWT = jwt.encode({"sub": "1", "jti": JTI}, "k" * 32, "HS256")


def after_logout(
    status: int, *changes: RowChange, token: str = "opaque", **headers: str
) -> Exchange:
    sent = headers or {"Authorization": f"Bearer {token}"}
    out = exchange("POST /logout", 204, changes=changes, request_headers=sent, label="logout")
    twist = Twist(scenario="loggedOutTokenRefused", what="x", where="POST /logout")
    return exchange(status=status, twist=twist, earlier=(exchange(), out))


def severity(x: Exchange, name: str = "loggedOutTokenRefused", **more: Any) -> str:
    (finding,) = found(name, x, context(**more))
    return finding.severity


def test_a_logout_that_was_written_down_and_is_not_looked_at_is_an_error() -> None:
    assert severity(after_logout(200, deleted("sessions"))) == "error"
    assert severity(after_logout(200, inserted("revoked", jti=JTI), token=JWT)) == "error"
    cookie = f"theme=dark; jwt={JWT}"
    assert severity(after_logout(200, inserted("revoked", jti=JTI), Cookie=cookie)) == "error"


def test_a_token_that_only_expiry_ends_is_a_warning() -> None:
    assert severity(after_logout(200)) == "warning"
    assert severity(after_logout(200, token=JWT)) == "warning"
    refresh = updated("refresh_tokens", {"jti": JTI}, revoked=True)
    assert severity(after_logout(200, refresh, token=JWT)) == "warning"
    assert severity(after_logout(200, refresh, Cookie=f"jwt={JWT}")) == "warning"


def test_what_is_refused_after_the_logout_is_right() -> None:
    assert not found("loggedOutTokenRefused", after_logout(401, deleted("sessions")), context())
    assert not found("loggedOutTokenRefused", after_logout(302), context())
    assert abstains("loggedOutTokenRefused", after_logout(500), context())


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        ("session=abc; Path=/; HttpOnly; Secure; SameSite=Lax", []),
        ("session=abc; Path=/; HttpOnly; SameSite=Lax", ["info"]),
        ("session=abc; Path=/; SameSite=Lax", ["warning", "info"]),
        ("sid=abc", ["warning", "warning"]),
        ("access_token=abc; httponly; samesite=none", ["warning"]),
        ("access_token=abc; httponly; samesite=none; secure", []),
        ("JSESSIONID=abc; HttpOnly; Secure; SameSite=strict", []),
    ],
)
def test_flags_of_a_session_cookie(cookie: str, expected: list[str]) -> None:
    x = exchange(headers={"set-cookie": cookie})
    assert [f.severity for f in found("cookieFlags", x, context())] == expected


@pytest.mark.parametrize(
    "cookie",
    [
        "theme=dark",
        "csrftoken=abc; Path=/",
        "XSRF-TOKEN=abc",
        "session=; Max-Age=0",
        'session=""; expires=Thu, 01 Jan 1970 00:00:00 GMT',
        "sessionless_theme=; Path=/",
        "authors=1",
    ],
)
def test_other_cookies_and_those_taken_away_are_left_alone(cookie: str) -> None:
    assert not applies("cookieFlags", exchange(headers={"set-cookie": cookie}), context())


def test_a_refusal_says_how_to_authenticate() -> None:
    name = "wwwAuthenticateSent"
    for value in ("Bearer", 'Bearer realm="x", error="invalid_token"', "Basic realm=x"):
        assert not found(name, exchange(status=401, headers={"www-authenticate": value}), context())
    assert severity(exchange(status=401), name) == "info"
    assert severity(exchange(status=401, headers={"www-authenticate": "="}), name) == "info"
    assert not applies(name, exchange(status=403), context())
    promised = answers(s401={})
    promised["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    assert severity(exchange(status=401), name, responses=promised) == "warning"
