"""Who sends a request: the headers of each identity, and what a broken credential looks like."""

from __future__ import annotations

import base64

import msgspec

from seamline.errors import LoginError
from seamline.model.exchange import Request, Response
from seamline.system.http import Client
from seamline.text.pointer import at_pointer

Headers = tuple[tuple[str, str], ...]


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """An identity's login request and where its answer holds the token (a JSON Pointer)."""

    name: str
    request: Request
    token: str


def basic(username: str, password: str) -> Headers:
    """The header of HTTP Basic authentication (RFC 7617)."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return (("Authorization", f"Basic {pair}"),)


def malformed(headers: Headers) -> Headers:
    """The same headers with credentials that no system issued: the scheme stays, the rest is garbage."""
    return tuple((name, _garbage(value)) for name, value in headers)


def _garbage(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} not-a-credential" if space else "not-a-credential"


async def log_in(client: Client, login: Login) -> str:
    """Send the login request; the token. Raises `LoginError` when there is none in the answer."""
    response, failure, _ = await client.send(login.request)
    where = f"identities.{login.name}: {login.request.method} {login.request.target}"
    if response is None:
        raise LoginError(f"{where}: {failure}")
    if not 200 <= response.status < 300:
        raise LoginError(
            f"{where} answered {response.status}: {_excerpt(response)}."
            " Is the user in the seed, is the password right?"
        )
    token = at_pointer(response.json, login.token)
    if not isinstance(token, str) or not token:
        raise LoginError(f"{where}: its answer has no token at {login.token}: {_excerpt(response)}")
    return token


def _excerpt(response: Response) -> str:
    return response.body[:300].decode("utf-8", "replace").replace("\n", " ") or "(empty body)"
