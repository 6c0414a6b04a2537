from __future__ import annotations

import base64

import pytest

from seamline.system.identity import Credentials, basic, malformed, missing, secrets_of


def test_basic_is_user_and_password_in_base64_and_utf8() -> None:
    ((name, value),) = basic("änn", "a:b")
    assert name == "Authorization"
    assert base64.b64decode(value.removeprefix("Basic ")).decode() == "änn:a:b"


@pytest.mark.parametrize(
    ("header", "spoilt"),
    [
        (("Authorization", "Bearer abc.def"), "Bearer not-a-credential"),
        (("Authorization", "Basic dTpw"), "Basic not-a-credential"),
        (("authorization", "abc"), "not-a-credential"),
        (("X-Api-Key", "abc"), "not-a-credential"),
        (("Cookie", "session=abc"), "session=not-a-credential"),
        (("Cookie", "session=abc; csrf=d=e"), "session=not-a-credential; csrf=not-a-credential"),
        (("X-User", "ann"), "not-a-credential"),
    ],
)
def test_malformed_credentials_keep_their_form_and_nothing_of_the_secret(
    header: tuple[str, str], spoilt: str
) -> None:
    credentials = Credentials(headers=(header,))
    assert malformed(credentials).headers == ((header[0], spoilt),)
    assert missing(credentials) == Credentials()


def test_what_is_no_credential_stays_when_there_is_one() -> None:
    headers = (("X-Tenant", "acme"), ("Authorization", "Bearer abc"), ("Accept-Language", "de"))
    credentials = Credentials(headers=headers)
    assert malformed(credentials).headers == (
        ("X-Tenant", "acme"),
        ("Authorization", "Bearer not-a-credential"),
        ("Accept-Language", "de"),
    )
    assert missing(credentials).headers == (("X-Tenant", "acme"), ("Accept-Language", "de"))


def test_nobody_has_nothing_to_spoil() -> None:
    assert malformed(Credentials()) == missing(Credentials()) == Credentials()


SESSION = Credentials(
    headers=(("X-Tenant", "acme"),),
    cookies=(("session", "s3ss10n"), ("csrftoken", "t0ken")),
    unsafe_headers=(("X-CSRFToken", "t0ken"),),
    csrf_cookie="csrftoken",
)


def test_a_csrf_token_goes_with_what_may_write_and_the_cookies_with_all() -> None:
    cookies = ("Cookie", "session=s3ss10n; csrftoken=t0ken")
    assert SESSION.headers_for("GET") == (("X-Tenant", "acme"), cookies)
    assert SESSION.headers_for("PATCH")[1:] == (cookies, ("X-CSRFToken", "t0ken"))


def test_a_broken_session_keeps_its_csrf_token_or_the_answer_would_be_about_that() -> None:
    for broken in (missing(SESSION), malformed(SESSION)):
        assert ("csrftoken", "t0ken") in broken.cookies
        assert broken.unsafe_headers == SESSION.unsafe_headers
        assert broken.headers == SESSION.headers
        assert "s3ss10n" not in repr(broken)
    assert missing(SESSION).cookies == (("csrftoken", "t0ken"),)


@pytest.mark.parametrize("name", ["api_key", "apiKey", "access_token", "k"])
def test_a_key_in_the_query_is_taken_away_or_spoilt(name: str) -> None:
    credentials = Credentials(query=((name, "abc"),))
    assert missing(credentials).query == ()
    assert malformed(credentials).query == ((name, "not-a-credential"),)


def test_what_is_no_credential_stays_in_the_query_when_there_is_one() -> None:
    credentials = Credentials(query=(("lang", "de"), ("api_key", "abc")))
    assert missing(credentials).query == (("lang", "de"),)
    beside = Credentials(query=(("lang", "de"),), headers=(("Authorization", "Bearer abc"),))
    assert missing(beside).query == (("lang", "de"),)


def test_every_value_that_proves_something_is_a_secret() -> None:
    everything = Credentials(
        headers=(("Authorization", "Bearer abc"), ("Cookie", "a=b1; c=d1"), ("X-Tenant", "acme")),
        query=(("api_key", "k3y"), ("lang", "de")),
        cookies=SESSION.cookies,
        unsafe_headers=SESSION.unsafe_headers,
    )
    assert set(secrets_of(everything)) >= {"abc", "b1", "d1", "k3y", "s3ss10n", "t0ken"}
    assert not {"acme", "de"} & set(secrets_of(everything))
