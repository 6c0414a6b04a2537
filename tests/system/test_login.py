from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from seamline.errors import LoginError
from seamline.model.exchange import Request
from seamline.system.http import client
from seamline.system.identity import Credentials
from seamline.system.login import Csrf, Login, log_in, register


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


async def logged_in(base_url: str, kind: str, token: str = "#/data/token") -> Credentials:
    async with client(base_url, timeout_s=5, body_bytes=1000) as http:
        return await log_in(
            http, Login(name="ann", request=Request(method="POST", target=f"/{kind}"), token=token)
        )


async def test_the_token_is_taken_from_where_the_pointer_says(base_url: str) -> None:
    assert (await logged_in(base_url, "ok")).headers == (("Authorization", "Bearer t0ken"),)


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


async def door(request: web.Request) -> web.Response:
    """A login by cookie with a CSRF token that changes when the session does."""
    kind = request.match_info["kind"]
    answer = web.json_response({"csrf": "first"} if request.method == "GET" else {})
    if request.method == "GET":
        if request.cookies.get("session"):
            return web.json_response({"csrf": "second"})
        answer.set_cookie("csrftoken", "first")
        answer.set_cookie("flash", "hello")
        return answer
    if kind != "open" and request.headers.get("X-CSRFToken") != "first":
        return web.json_response({"error": "CSRF"}, status=403)
    if kind == "moved":
        answer = web.Response(status=302, headers={"Location": "/"})
    answer.set_cookie("session", "s3ss10n", httponly=True, path="/")
    answer.set_cookie("csrftoken", "second")
    answer.del_cookie("flash")
    answer.headers.add("Set-Cookie", "old=x; Max-Age=0")
    answer.headers.add("Set-Cookie", "nonsense")
    return answer


@pytest.fixture
async def door_url() -> object:
    app = web.Application()
    app.router.add_route("*", "/{kind}", door)
    async with TestServer(app) as server:
        yield str(server.make_url(""))


async def by_cookie(url: str, kind: str, csrf: Csrf | None, cookie: str = "session") -> Credentials:
    login = Login(
        name="ann",
        request=Request(method="POST", target=f"/{kind}"),
        cookie=cookie,
        csrf=csrf,
    )
    async with client(url, timeout_s=5, body_bytes=1000) as http:
        return await log_in(http, login)


PAGE = Request(method="GET", target="/page")


@pytest.mark.parametrize("kind", ["strict", "moved"])
async def test_cookies_are_kept_and_the_csrf_token_is_that_of_the_new_session(
    door_url: str, kind: str
) -> None:
    csrf = Csrf(header="X-CSRFToken", cookie="csrftoken", page=PAGE)
    found = await by_cookie(door_url, kind, csrf)
    assert dict(found.cookies) == {"csrftoken": "second", "session": "s3ss10n"}
    assert found.unsafe_headers == (("X-CSRFToken", "second"),)
    assert found.csrf_cookie == "csrftoken"
    assert found.headers == ()


async def test_a_csrf_token_in_a_body_is_asked_for_again_behind_the_login(door_url: str) -> None:
    csrf = Csrf(header="X-CSRFToken", pointer="#/csrf", page=PAGE)
    found = await by_cookie(door_url, "strict", csrf)
    assert found.unsafe_headers == (("X-CSRFToken", "second"),)


async def test_without_a_page_the_csrf_token_is_in_the_answer_of_the_login(door_url: str) -> None:
    found = await by_cookie(door_url, "open", Csrf(header="X-CSRFToken", cookie="csrftoken"))
    assert found.unsafe_headers == (("X-CSRFToken", "second"),)


@pytest.mark.parametrize(
    ("kind", "cookie", "csrf", "says"),
    [
        ("strict", "session", None, "answered 403"),
        ("open", "sid", None, "sets no cookie 'sid': it sets 'session', 'csrftoken'"),
        ("open", "session", Csrf(header="X", cookie="xsrf"), "no CSRF token: no cookie 'xsrf'"),
        ("open", "session", Csrf(header="X", pointer="#/x"), "no CSRF token: no value at #/x"),
        ("strict", "session", Csrf(header="X", pointer="#/x", page=PAGE), "GET /page gave no CSRF"),
    ],
)
async def test_a_login_by_cookie_that_fails_says_why(
    door_url: str, kind: str, cookie: str, csrf: Csrf | None, says: str
) -> None:
    with pytest.raises(LoginError, match=says) as caught:
        await by_cookie(door_url, kind, csrf, cookie)
    assert str(caught.value).startswith("identities.ann")
    assert "s3ss10n" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204, 302, 409])
async def test_an_identity_that_is_made_or_there_already_is_registered(status: int) -> None:
    await registered(status)


@pytest.mark.parametrize("status", [400, 403, 500])
async def test_a_registration_that_is_refused_says_so(status: int) -> None:
    with pytest.raises(LoginError, match=rf"identities.ann.register: POST /x answered {status}"):
        await registered(status)


async def registered(status: int) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_post("/x", handler)
    async with (
        TestServer(app) as server,
        client(str(server.make_url("")), timeout_s=5, body_bytes=1000) as http,
    ):
        await register(http, "ann", Request(method="POST", target="/x"))
