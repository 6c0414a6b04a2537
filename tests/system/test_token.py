"""Forged tokens: one thing changed of a live one, wherever it stands."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from seamline.errors import SpecError
from seamline.system.identity import Credentials
from seamline.system.token import FORGED, RESIGNED, SigningKey, claims_of, forged, key_problem

KEY = SigningKey(secret="the-key-of-this-system-that-nobody-knows", algorithm="HS256")
NOW = int(time.time())
CLAIMS = {"sub": "1", "aud": "shop", "nbf": NOW, "exp": NOW + 60, "roles": ["a"], "name": "Zoë"}


def live(**more: Any) -> str:
    return jwt.encode({**CLAIMS, **more}, KEY.secret, KEY.algorithm, headers={"kid": "k1"})


def bearer(token: str) -> Credentials:
    return Credentials(headers=(("X-Tenant", "t"), ("Authorization", f"Bearer {token}")))


def read(token: str, **options: Any) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(
        token, KEY.secret, algorithms=["HS256"], audience="shop", **options
    )
    return claims


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("expired", jwt.ExpiredSignatureError),
        ("not_yet_valid", jwt.ImmatureSignatureError),
        ("other_audience", jwt.InvalidAudienceError),
        ("tampered", jwt.InvalidSignatureError),
        ("alg_none", jwt.InvalidAlgorithmError),
        ("other_key", jwt.InvalidSignatureError),
    ],
)
def test_each_forgery_is_wrong_in_its_own_way_only(kind: str, error: type[Exception]) -> None:
    made = forged(bearer(live()), kind, KEY)
    assert made.headers[0] == ("X-Tenant", "t")
    scheme, _, token = made.headers[1][1].partition(" ")
    assert scheme == "Bearer"
    with pytest.raises(error):
        read(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    changed = {n for n in claims if claims[n] != CLAIMS[n]}
    assert changed <= {"exp"} | ({"nbf"} if kind == "not_yet_valid" else set()) | (
        {"aud"} if kind == "other_audience" else set()
    )
    assert jwt.get_unverified_header(token)["kid"] == "k1"


def test_every_kind_is_made() -> None:
    for kind in (*FORGED, RESIGNED):
        assert forged(bearer(live()), kind, KEY) != bearer(live())


def test_a_token_signed_anew_is_sound_though_the_live_one_has_expired() -> None:
    made = forged(bearer(live(exp=NOW - 5)), RESIGNED, KEY)
    assert read(made.headers[1][1].rpartition(" ")[2])["sub"] == "1"


def test_a_claim_that_the_live_token_lacks_is_not_added() -> None:
    token = jwt.encode({"sub": "1"}, KEY.secret, "HS256")
    made = forged(Credentials(cookies=(("session", token),)), RESIGNED, KEY)
    assert claims_of(made) == {"sub": "1"}


def test_tokens_are_found_in_cookies_and_query() -> None:
    given = Credentials(cookies=(("theme", "dark"), ("jwt", live())), query=(("t", live()),))
    made = forged(given, "tampered", None)
    assert made.cookies[0] == ("theme", "dark")
    for value in (made.cookies[1][1], made.query[0][1]):
        assert value != live()
        with pytest.raises(jwt.InvalidSignatureError):
            read(value)


@pytest.mark.parametrize("value", ["opaque", "a.b.c", "Basic YTpi", "eyJhIjoxfQ.eyJhIjoxfQ.x", ""])
def test_what_is_no_token_is_none(value: str) -> None:
    assert claims_of(bearer(value)) is None
    with pytest.raises(SpecError, match="no JSON Web Token"):
        forged(bearer(value), "tampered", KEY)


def test_without_the_secret_nothing_is_signed() -> None:
    with pytest.raises(SpecError, match=r"\[tokens\] secret"):
        forged(bearer(live()), "expired", None)
    assert forged(bearer(live()), "alg_none", None) != bearer(live())


def test_an_algorithm_that_does_not_exist_is_told() -> None:
    assert key_problem(KEY) == ""
    assert "HS257" in key_problem(SigningKey(secret="x", algorithm="HS257"))
    assert "RS256" in key_problem(SigningKey(secret="no key at all", algorithm="RS256"))
