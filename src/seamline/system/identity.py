"""Who sends a request: the headers of each identity, and what a broken credential looks like."""

from __future__ import annotations

import base64

import msgspec

from seamline.errors import LoginError
from seamline.model.exchange import Request, Response
from seamline.system.http import Client
from seamline.text.pointer import at_pointer
from seamline.text.redact import Redactor, carries_credentials

Headers = tuple[tuple[str, str], ...]
_NOTHING = "not-a-credential"


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
    """The same headers with credentials that no system issued: the scheme stays, the rest is garbage.

    What carries no credentials (a tenant, a language) stays, or an answer would be about that.
    """
    spoilt = _credentials(headers)
    return tuple((n, _garbage(n, v) if n in spoilt else v) for n, v in headers)


def missing(headers: Headers) -> Headers:
    """The same headers without the credentials."""
    spoilt = _credentials(headers)
    return tuple((n, v) for n, v in headers if n not in spoilt)


def _credentials(headers: Headers) -> frozenset[str]:
    """The names that carry them: those known to, else all of an identity's headers."""
    known = frozenset(n for n, _ in headers if carries_credentials(n))
    return known or frozenset(n for n, _ in headers)


def _garbage(name: str, value: str) -> str:
    if name.lower() == "cookie":
        pairs = (pair.partition("=")[0].strip() for pair in value.split(";"))
        return "; ".join(f"{cookie}={_NOTHING}" for cookie in pairs)
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {_NOTHING}" if space else _NOTHING


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
        raise LoginError(f"{where}: its answer has no token at {login.token}: {_shape(response)}")
    return token


def _excerpt(response: Response) -> str:
    text = " ".join(response.body[:300].decode("utf-8", "replace").split())
    return Redactor().text(text) or "(empty body)"


def _shape(response: Response) -> str:
    """What a successful answer holds, by name: the token may stand anywhere in it."""
    if isinstance(response.json, dict):
        return f"it has {', '.join(map(repr, response.json)) or 'nothing'}"
    return "it is no JSON object"
