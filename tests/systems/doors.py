"""A small system with a door of each kind in front of the same operation: `doors.py PORT`.

POST /DOOR/notes makes a note for whoever gets through that door. Sessions are rows, and hold for
DOORS_USES requests; DOORS_MODE=forgets makes every login after the first fail.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote_plus

import psycopg
from aiohttp import web

URL = os.environ.get("DATABASE_URL", "")
USES = int(os.environ.get("DOORS_USES", "1000000"))
FORGETS = os.environ.get("DOORS_MODE") == "forgets"
API_KEY = "k3y-of-the-doors"
CLIENT = ("app:1", "s3cr3t/ü")
_used: Counter[str] = Counter()
_csrf: dict[str, str] = {}
_logins: Counter[str] = Counter()


async def query(text: str, *params: object) -> list[tuple[object, ...]]:
    """Rows of one statement, committed."""
    async with await psycopg.AsyncConnection.connect(URL, autocommit=True) as db:
        cursor = await db.execute(text.encode(), params)
        return await cursor.fetchall() if cursor.description else []


async def new_session(name: str) -> str:
    """A session is a row, and its beginning is written down in another table."""
    _logins[name] += 1
    token = secrets.token_urlsafe(24)
    await query("INSERT INTO sessions VALUES (%s, %s)", token, name)
    await query("INSERT INTO audit(what) VALUES (%s)", f"login of {name}")
    return token


async def holds(token: str) -> bool:
    """Whether a session is there and not used up."""
    if not await query("SELECT 1 FROM sessions WHERE token = %s", token):
        return False
    _used[token] += 1
    if _used[token] > USES:
        await query("INSERT INTO audit(what) VALUES ('expired')")
    return _used[token] <= USES


async def login(request: web.Request) -> web.Response:
    """By token."""
    sent = await request.json()
    found = await query(
        "SELECT 1 FROM accounts WHERE name = %s AND password = %s", sent["name"], sent["password"]
    )
    if not found or (FORGETS and _logins[sent["name"]]):
        return web.json_response({"error": "no such account"}, status=401)
    return web.json_response({"token": await new_session(sent["name"])})


async def register(request: web.Request) -> web.Response:
    """An account; 409 where there is one."""
    sent = await request.json()
    try:
        await query("INSERT INTO accounts VALUES (%s, %s)", sent["name"], sent["password"])
    except psycopg.errors.UniqueViolation:
        return web.json_response({"error": "taken"}, status=409)
    return web.json_response({"name": sent["name"]}, status=201)


async def login_page(request: web.Request) -> web.Response:
    """As Django has it: the page sets the cookie, the form must send it back in the header."""
    answer = web.Response(text="<form>", content_type="text/html")
    answer.set_cookie("csrftoken", "of-the-login-page")
    return answer


async def login_form(request: web.Request) -> web.Response:
    """By cookie; the CSRF token changes with the login."""
    if request.headers.get("X-CSRFToken") != request.cookies.get("csrftoken"):
        return web.Response(status=403, text="CSRF")
    form = await request.post()
    if form.get("password") != "pw-of-cookie":
        return web.Response(text="<form> wrong", content_type="text/html")
    session, csrf = await new_session("cookie"), secrets.token_urlsafe(24)
    _csrf[session] = csrf
    answer = web.Response(status=302, headers={"Location": "/"})
    answer.set_cookie("sessionid", session, httponly=True)
    answer.set_cookie("csrftoken", csrf)
    return answer


async def token(request: web.Request) -> web.Response:
    """RFC 6749: client credentials and password, the client known by Basic or in the body."""
    form = await request.post()
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        pair = base64.b64decode(sent).decode().split(":")
        client = (unquote_plus(pair[0]), unquote_plus(pair[1]))
    else:
        client = (str(form.get("client_id")), str(form.get("client_secret")))
    if client != CLIENT:
        return web.json_response({"error": "invalid_client"}, status=401)
    grant = form.get("grant_type")
    as_user = grant == "password" and (form["username"], form["password"]) == ("ann", "pw of ann")
    if not as_user and (grant != "client_credentials" or form.get("scope") != "notes:write"):
        return web.json_response({"error": "invalid_grant"}, status=400)
    return web.json_response(
        {"access_token": await new_session(str(grant)), "token_type": "bearer", "expires_in": 60}
    )


async def by_bearer(request: web.Request) -> int:
    """The status with which the door stays shut, or 0."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    return 0 if scheme == "Bearer" and await holds(sent) else 401


async def by_cookie(request: web.Request) -> int:
    session = request.cookies.get("sessionid", "")
    if request.headers.get("X-CSRFToken") != request.cookies.get("csrftoken"):
        return 403
    if not await holds(session):
        return 401
    return 0 if request.headers.get("X-CSRFToken") == _csrf[session] else 403


async def by_query(request: web.Request) -> int:
    return 0 if request.query.get("api_key") == API_KEY else 401


async def by_key_cookie(request: web.Request) -> int:
    return 0 if request.cookies.get("key") == API_KEY else 401


async def by_header(request: web.Request) -> int:
    return 0 if request.headers.get("X-Api-Key") == API_KEY else 401


async def by_basic(request: web.Request) -> int:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    pair = base64.b64encode("ann:pw of ann: ü".encode()).decode()
    return 0 if (scheme, sent) == ("Basic", pair) else 401


DOORS: Mapping[str, Callable[[web.Request], Awaitable[int]]] = {
    "bearer": by_bearer,
    "session": by_cookie,
    "query": by_query,
    "key-cookie": by_key_cookie,
    "header": by_header,
    "basic": by_basic,
}


def refused(status: int) -> web.Response:
    """401 says how to authenticate (RFC 9110, 11.6.1)."""
    headers = {"WWW-Authenticate": "Door"} if status == 401 else {}
    return web.json_response({"error": status}, status=status, headers=headers)


async def make_note(request: web.Request) -> web.Response:
    """One row."""
    shut = await DOORS[request.match_info["door"]](request)
    if shut:
        return refused(shut)
    text = (await request.json())["text"]
    ((number,),) = await query("INSERT INTO notes(text) VALUES (%s) RETURNING id", text)
    return web.json_response({"id": number, "text": text}, status=201)


async def read_notes(request: web.Request) -> web.Response:
    """All rows."""
    shut = await DOORS[request.match_info["door"]](request)
    if shut:
        return refused(shut)
    found = await query("SELECT id, text FROM notes ORDER BY id")
    return web.json_response([{"id": i, "text": t} for i, t in found])


async def health(request: web.Request) -> web.Response:
    return web.json_response({})


def application() -> web.Application:
    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_post("/login", login)
    app.router.add_post("/register", register)
    app.router.add_get("/accounts/login", login_page)
    app.router.add_post("/accounts/login", login_form)
    app.router.add_post("/oauth/token", token)
    app.router.add_post("/{door}/notes", make_note)
    app.router.add_get("/{door}/notes", read_notes)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
