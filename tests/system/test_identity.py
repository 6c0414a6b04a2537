from __future__ import annotations

import base64

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from seamline.errors import LoginError
from seamline.model.exchange import Request
from seamline.system.http import client
from seamline.system.identity import Login, basic, log_in, malformed, missing


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
    assert malformed((header,)) == ((header[0], spoilt),)
    assert missing((header,)) == ()


def test_what_is_no_credential_stays_when_there_is_one() -> None:
    headers = (("X-Tenant", "acme"), ("Authorization", "Bearer abc"), ("Accept-Language", "de"))
    assert malformed(headers) == (
        ("X-Tenant", "acme"),
        ("Authorization", "Bearer not-a-credential"),
        ("Accept-Language", "de"),
    )
    assert missing(headers) == (("X-Tenant", "acme"), ("Accept-Language", "de"))


def test_nobody_has_nothing_to_spoil() -> None:
    assert malformed(()) == missing(()) == ()


async def answer(request: web.Request) -> web.Response:
    kind = request.match_info["kind"]
    if kind == "ok":
        return web.json_response({"data": {"token": "t0ken", "user": "ann"}})
    if kind == "echo":
        return web.json_response({"detail": "no", "input": {"password": "hunter22"}}, status=422)
    if kind == "html":
        return web.Response(text="<p>hello")
    if kind == "moved":
        return web.Response(status=302, headers={"Location": "/"})
    return web.json_response({"data": {"token": None}, "access_token": "eyJsecret"})


@pytest.fixture
async def base_url() -> object:
    app = web.Application()
    app.router.add_post("/{kind}", answer)
    async with TestServer(app) as server:
        yield str(server.make_url(""))


async def logged_in(base_url: str, kind: str, token: str = "#/data/token") -> str:
    async with client(base_url, timeout_s=5, body_bytes=1000) as http:
        return await log_in(
            http, Login(name="ann", request=Request(method="POST", target=f"/{kind}"), token=token)
        )


async def test_the_token_is_taken_from_where_the_pointer_says(base_url: str) -> None:
    assert await logged_in(base_url, "ok") == "t0ken"


@pytest.mark.parametrize(
    ("kind", "pointer", "says"),
    [
        ("echo", "#/data/token", "answered 422"),
        ("moved", "#/data/token", r"answered 302: \(empty body\)"),
        ("html", "#/data/token", "no token at #/data/token: it is no JSON object"),
        ("html", "#", "no token at #"),
        ("null", "#/data/token", "no token at #/data/token: it has 'data', 'access_token'"),
        ("ok", "#/data", "no token at #/data: it has 'data'"),
        ("ok", "#/nowhere", "no token at #/nowhere"),
    ],
)
async def test_a_login_without_token_says_why_and_tells_no_secret(
    base_url: str, kind: str, pointer: str, says: str
) -> None:
    with pytest.raises(LoginError, match=says) as caught:
        await logged_in(base_url, kind, pointer)
    assert f"identities.ann: POST /{kind}" in str(caught.value)
    assert not any(s in str(caught.value) for s in ("hunter22", "eyJsecret", "t0ken"))


async def test_a_login_that_nobody_answers_says_why() -> None:
    with pytest.raises(LoginError, match="cannot connect"):
        await logged_in("http://127.0.0.1:1", "ok")
