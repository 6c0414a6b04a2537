"""Who sends a request: what each identity brings, and what a broken credential looks like."""

from __future__ import annotations

import base64

import msgspec

from seamline.model.vocabulary import SAFE_METHODS
from seamline.text.redact import carries_credentials

Headers = tuple[tuple[str, str], ...]
"""Pairs of name and value: of headers, of a query, of cookies."""
_NOTHING = "not-a-credential"


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """What an identity adds to each request.

    `unsafe_headers` go with methods that may write (a CSRF token does). `csrf_cookie` names the cookie
    among `cookies` that says nothing of who is asking: it must only equal that header.
    """

    headers: Headers = ()
    query: Headers = ()
    cookies: Headers = ()
    unsafe_headers: Headers = ()
    csrf_cookie: str = ""

    def headers_for(self, method: str) -> Headers:
        """All headers of a request by that method, the cookies as one of them."""
        found = self.headers
        if self.cookies:
            found += (("Cookie", "; ".join(f"{n}={v}" for n, v in self.cookies)),)
        return found if method in SAFE_METHODS else found + self.unsafe_headers


NOBODY = Credentials()


def basic(username: str, password: str) -> Headers:
    """The header of HTTP Basic authentication (RFC 7617)."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    return (("Authorization", f"Basic {pair}"),)


def malformed(credentials: Credentials) -> Credentials:
    """The same with credentials that no system issued: the scheme stays, the rest is garbage.

    What carries no credentials (a tenant, a language, a CSRF token) stays, or an answer would be about
    that.
    """
    headers, query, cookies = _proofs(credentials)
    return msgspec.structs.replace(
        credentials,
        headers=tuple((n, _garbage(n, v) if n in headers else v) for n, v in credentials.headers),
        query=tuple((n, _NOTHING if n in query else v) for n, v in credentials.query),
        cookies=tuple((n, _NOTHING if n in cookies else v) for n, v in credentials.cookies),
    )


def missing(credentials: Credentials) -> Credentials:
    """The same without the credentials."""
    headers, query, cookies = _proofs(credentials)
    return msgspec.structs.replace(
        credentials,
        headers=tuple((n, v) for n, v in credentials.headers if n not in headers),
        query=tuple((n, v) for n, v in credentials.query if n not in query),
        cookies=tuple((n, v) for n, v in credentials.cookies if n not in cookies),
    )


def secrets_of(credentials: Credentials) -> dict[str, str]:
    """What must not be shown of an identity: each value with the name to show instead."""
    headers, query, cookies = _proofs(credentials)
    shown = [(n, v) for n, v in credentials.headers if n in headers]
    found = {value.rpartition(" ")[2]: name for name, value in shown}
    for _, value in ((n, v) for n, v in shown if n.lower() == "cookie"):
        found |= {pair.partition("=")[2]: "cookie" for pair in value.split("; ")}
    found |= {value: name for name, value in credentials.query if name in query}
    found |= {value: "cookie" for name, value in credentials.cookies if name in cookies}
    return found | {value: name for name, value in credentials.unsafe_headers}


def _proofs(credentials: Credentials) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The names of headers, query and cookies that say who is asking: those known to, else all."""
    headers = frozenset(n for n, _ in credentials.headers if carries_credentials(n))
    query = frozenset(n for n, _ in credentials.query if carries_credentials(n))
    cookies = frozenset(n for n, _ in credentials.cookies if n != credentials.csrf_cookie)
    if headers or query or cookies:
        return headers, query, cookies
    return (
        frozenset(n for n, _ in credentials.headers),
        frozenset(n for n, _ in credentials.query),
        cookies,
    )


def _garbage(name: str, value: str) -> str:
    if name.lower() == "cookie":
        pairs = (pair.partition("=")[0].strip() for pair in value.split(";"))
        return "; ".join(f"{cookie}={_NOTHING}" for cookie in pairs)
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {_NOTHING}" if space else _NOTHING
