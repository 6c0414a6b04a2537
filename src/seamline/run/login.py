"""What every identity that seamline.toml declares brings to a request."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlsplit

import msgspec

from seamline.model.case import RequestTemplate
from seamline.model.exchange import Request
from seamline.run.request import build
from seamline.run.session import Renew, Target
from seamline.spec import project as written
from seamline.spec.project import Identity, Project
from seamline.system.http import client as http_client
from seamline.system.identity import Credentials, Headers, basic, secrets_of
from seamline.system.login import Csrf, Login, log_in, register
from seamline.system.template import Lookup, fill, fill_all
from seamline.system.token import SigningKey
from seamline.text.redact import Redactor

_SHORTEST_COOKIE = 8
"""A shorter one (`theme=dark`) is no session; to blank it out would blank out ordinary text."""


async def log_in_all(
    project: Project, target: Target, lookup: Lookup, redactor: Redactor
) -> dict[str, Credentials]:
    """Credentials by identity, in the toml's order; raises `LoginError` for one that cannot log in."""
    found: dict[str, Credentials] = {}
    for name, identity in project.identities.items():
        desk = _Desk(project, target, lookup, redactor, name)
        if identity.register is not None:
            request = desk.request(identity.register)
            await register(target.client, name, request)
        found[name] = await desk.credentials(identity)
    return found


def renewals(
    project: Project, target: Target, lookup: Lookup, redactor: Redactor
) -> dict[str, Renew]:
    """How each identity that logs in by a request does so again."""
    return {
        name: partial(
            _Desk(project, target, lookup, redactor, name).credentials,
            identity,
        )
        for name, identity in project.identities.items()
        if identity.login is not None or identity.oauth2 is not None
    }


class _Desk:
    """Where one identity gets its credentials."""

    def __init__(
        self, project: Project, target: Target, lookup: Lookup, redactor: Redactor, name: str
    ) -> None:
        self._project = project
        self._target = target
        self._lookup = lookup
        self._redactor = redactor
        self._name = name

    async def credentials(self, identity: Identity) -> Credentials:
        given = Credentials(
            headers=self._filled(identity.header) + self._basic(identity),
            query=self._filled(identity.query),
            cookies=self._filled(identity.cookie),
        )
        self._hide(given)
        for found in (
            await self._log_in(identity.login) if identity.login is not None else None,
            await self._oauth2(identity.oauth2) if identity.oauth2 is not None else None,
        ):
            if found is not None:
                self._hide(found, shortest_cookie=_SHORTEST_COOKIE)
                given = msgspec.structs.replace(
                    found,
                    headers=given.headers + found.headers,
                    query=given.query,
                    cookies=given.cookies + found.cookies,
                )
        return given

    def request(self, sent: written.Login | written.Register) -> Request:
        """A login's or registration's request."""
        body = RequestTemplate(
            json=msgspec.UNSET if sent.json is msgspec.UNSET else fill_all(sent.json, self._lookup),
            form=None if sent.form is None else fill_all(sent.form, self._lookup),
        )
        return build(f"{sent.method} {sent.path}", body, (), self._target.base_path)

    def _hide(self, found: Credentials, *, shortest_cookie: int = 0) -> None:
        for value, what in secrets_of(found).items():
            if what != "cookie" or len(value) >= shortest_cookie:
                self._redactor.add(f"{self._name}'s {what}", value)

    def _fill(self, text: str | None) -> str:
        return "" if text is None else fill(text, self._lookup)

    def _filled(self, pairs: Mapping[str, str]) -> Headers:
        return tuple((name, fill(value, self._lookup)) for name, value in pairs.items())

    def _basic(self, identity: Identity) -> Headers:
        if identity.basic is None:
            return ()
        password = self._fill(identity.basic.password)
        self._redactor.add(f"{self._name}'s password", password)
        return basic(self._fill(identity.basic.username), password)

    async def _log_in(self, login: written.Login) -> Credentials:
        return await log_in(
            self._target.client,
            Login(
                name=self._name,
                request=self.request(login),
                token=login.token or "",
                header=login.header,
                prefix=login.prefix,
                cookie=login.cookie or "",
                csrf=None if login.csrf is None else self._csrf(login.csrf),
            ),
        )

    def _csrf(self, csrf: written.Csrf) -> Csrf:
        page = None
        if csrf.path is not None:
            page = build(f"GET {csrf.path}", RequestTemplate(), (), self._target.base_path)
        return Csrf(
            header=csrf.header, cookie=csrf.cookie or "", pointer=csrf.pointer or "", page=page
        )

    async def _oauth2(self, oauth2: written.OAuth2) -> Credentials:
        """A token by RFC 6749, 4.3 and 4.4; the endpoint may be another server's."""
        url = self._fill(oauth2.token_url)
        parts = urlsplit(url)
        outside = bool(parts.netloc)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        request = build(
            f"POST {path or '/'}",
            RequestTemplate(form=self._token_form(oauth2)),
            (("Accept", "application/json"), *self._client_header(oauth2)),
            "" if outside else self._target.base_path,
        )
        login = Login(
            name=self._name,
            request=request,
            token="#/access_token",
            hint="Does the system know this client or user, is the secret right?",
        )
        if not outside:
            return await log_in(self._target.client, login)
        limits = self._project.limits
        base = f"{parts.scheme}://{parts.netloc}"
        async with http_client(
            base, timeout_s=limits.request_timeout_s, body_bytes=limits.body_bytes
        ) as client:
            return await log_in(client, login)

    def _token_form(self, oauth2: written.OAuth2) -> dict[str, Any]:
        form: dict[str, Any] = {"grant_type": oauth2.grant}
        if oauth2.grant == "password":
            form |= {
                "username": self._fill(oauth2.username),
                "password": self._fill(oauth2.password),
            }
        if oauth2.scope is not None:
            form["scope"] = self._fill(oauth2.scope)
        if oauth2.client_id is not None and (
            oauth2.client_auth == "body" or oauth2.client_secret is None
        ):
            form["client_id"] = self._fill(oauth2.client_id)
        if oauth2.client_auth == "body" and oauth2.client_secret is not None:
            form["client_secret"] = self._fill(oauth2.client_secret)
        return form

    def _client_header(self, oauth2: written.OAuth2) -> Headers:
        """Id and secret are form-encoded before they are joined (RFC 6749, 2.3.1)."""
        secret = self._fill(oauth2.client_secret)
        self._redactor.add(f"{self._name}'s client secret", secret)
        self._redactor.add(f"{self._name}'s password", self._fill(oauth2.password))
        if oauth2.client_auth == "body" or oauth2.client_secret is None:
            return ()
        return basic(quote_plus(self._fill(oauth2.client_id)), quote_plus(secret))


def signing_key(project: Project, lookup: Lookup, redactor: Redactor) -> SigningKey | None:
    """How the system signs its tokens; None where the toml does not say."""
    if project.tokens is None:
        return None
    secret = fill(project.tokens.secret, lookup)
    redactor.add("the secret of tokens", secret)
    return SigningKey(secret=secret, algorithm=project.tokens.algorithm)


def identity_rows(
    project: Project,
) -> Mapping[str, tuple[str, Mapping[str, object]]]:
    """Table and condition of the row that stands for an identity, for those that name one."""
    return {
        name: (identity.row.table, identity.row.where)
        for name, identity in project.identities.items()
        if identity.row is not None
    }
