"""Requests that log in: by token or by cookie, with a CSRF token where the system wants one."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from seamline.errors import LoginError
from seamline.model.exchange import Request, Response
from seamline.system.http import Client
from seamline.system.identity import Credentials
from seamline.text.pointer import at_pointer
from seamline.text.redact import Redactor

_USER_HINT = "Is the user in the seed, is the password right?"


class Csrf(msgspec.Struct, frozen=True, kw_only=True):
    """Where a CSRF token is found (a cookie, or a pointer into an answer) and the header that carries it.

    `page`, where given, is asked for before the login.
    """

    header: str
    cookie: str = ""
    pointer: str = ""
    page: Request | None = None


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """An identity's login request and what to take from its answer: a token, cookies, or both.

    `token` is a JSON Pointer; `cookie` names the cookie that the answer must set.
    """

    name: str
    request: Request
    token: str = ""
    header: str = "Authorization"
    prefix: str = "Bearer "
    cookie: str = ""
    csrf: Csrf | None = None
    hint: str = _USER_HINT


async def log_in(client: Client, login: Login) -> Credentials:
    """Send the login request; what it gives. Raises `LoginError` when that is not in the answer."""
    return await _Attempt(client, login).made()


async def register(client: Client, name: str, request: Request) -> None:
    """Send the request that makes an identity; 409 means that it is there already."""
    response = await _answer(client, f"identities.{name}.register", request)
    if not 200 <= response.status < 400 and response.status != 409:
        raise LoginError(
            f"identities.{name}.register: {request.method} {request.target} answered"
            f" {response.status}: {_excerpt(response)}"
        )


class _Attempt:
    """One login: the cookies that it collects, and the CSRF token as last seen."""

    def __init__(self, client: Client, login: Login) -> None:
        self._client = client
        self._login = login
        self._jar: dict[str, str] = {}
        self._csrf = ""
        self._where = f"identities.{login.name}"

    async def made(self) -> Credentials:
        login, csrf = self._login, self._login.csrf
        if csrf is not None and csrf.page is not None:
            self._take_csrf(await self._send(csrf.page))
            if not self._csrf:
                raise LoginError(f"{self._where}: {self._no_csrf(csrf, csrf.page)}")
        response = await self._send(login.request)
        where = f"{self._where}: {login.request.method} {login.request.target}"
        if not 200 <= response.status < (400 if login.cookie else 300):
            said = f"{where} answered {response.status}: {_excerpt(response)}."
            raise LoginError(f"{said} {login.hint}")
        if login.cookie and login.cookie not in self._jar:
            raise LoginError(
                f"{where}: its answer ({response.status}) sets no cookie {login.cookie!r}:"
                f" it sets {', '.join(map(repr, self._jar)) or 'none'}. {login.hint}"
            )
        headers = ((login.header, login.prefix + self._token(response, where)),)
        return Credentials(
            headers=headers if login.token else (),
            cookies=tuple(self._jar.items()) if login.cookie else (),
            unsafe_headers=await self._csrf_header(response),
            csrf_cookie=csrf.cookie if csrf is not None else "",
        )

    def _token(self, response: Response, where: str) -> str:
        pointer = self._login.token
        if not pointer:
            return ""
        token = at_pointer(response.json, pointer)
        if not isinstance(token, str) or not token:
            raise LoginError(f"{where}: its answer has no token at {pointer}: {_shape(response)}")
        return token

    async def _csrf_header(self, response: Response) -> tuple[tuple[str, str], ...]:
        """The token of the new session: systems change it with the login."""
        csrf = self._login.csrf
        if csrf is None:
            return ()
        self._take_csrf(response)
        if csrf.page is not None and csrf.pointer:
            self._take_csrf(await self._send(csrf.page))
        if not self._csrf:
            raise LoginError(f"{self._where}: {self._no_csrf(csrf, self._login.request)}")
        return ((csrf.header, self._csrf),)

    def _take_csrf(self, response: Response) -> None:
        csrf = self._login.csrf
        if csrf is None:
            return
        if csrf.cookie:
            self._csrf = self._jar.get(csrf.cookie, "")
        else:
            token = at_pointer(response.json, csrf.pointer)
            self._csrf = token if isinstance(token, str) and token else self._csrf

    @staticmethod
    def _no_csrf(csrf: Csrf, request: Request) -> str:
        place = f"cookie {csrf.cookie!r}" if csrf.cookie else f"value at {csrf.pointer}"
        return f"{request.method} {request.target} gave no CSRF token: no {place} in its answer"

    async def _send(self, request: Request) -> Response:
        headers = list(request.headers)
        if self._jar:
            headers.append(("Cookie", "; ".join(f"{n}={v}" for n, v in self._jar.items())))
        if self._login.csrf is not None and self._csrf:
            headers.append((self._login.csrf.header, self._csrf))
        sent = msgspec.structs.replace(request, headers=tuple(headers))
        response = await _answer(self._client, self._where, sent)
        for name, value in response.headers:
            if name == "set-cookie":
                _keep(self._jar, value)
        return response


async def _answer(client: Client, where: str, request: Request) -> Response:
    response, failure, _ = await client.send(request)
    if response is None:
        raise LoginError(f"{where}: {request.method} {request.target}: {failure}")
    return response


def _keep(jar: dict[str, str], header: str) -> None:
    """Take a `Set-Cookie` (RFC 6265, 5.2) into the jar; one that has expired leaves it."""
    pair, *rest = header.split(";")
    name, equals, value = pair.partition("=")
    attributes = {a.partition("=")[0].strip().lower(): a.partition("=")[2].strip() for a in rest}
    if not equals or not name.strip():
        return
    if _expired(attributes):
        jar.pop(name.strip(), None)
    else:
        jar[name.strip()] = value.strip()


def _expired(attributes: dict[str, str]) -> bool:
    if "max-age" in attributes:
        return attributes["max-age"].startswith("-") or attributes["max-age"] == "0"
    try:
        expires = parsedate_to_datetime(attributes.get("expires", ""))
    except (ValueError, TypeError):
        return False
    if expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    return expires <= datetime.now(UTC)


def _excerpt(response: Response) -> str:
    text = " ".join(response.body[:300].decode("utf-8", "replace").split())
    return Redactor().text(text) or "(empty body)"


def _shape(response: Response) -> str:
    """What a successful answer holds, by name: the token may stand anywhere in it."""
    if isinstance(response.json, dict):
        return f"it has {', '.join(map(repr, response.json)) or 'nothing'}"
    return "it is no JSON object"
