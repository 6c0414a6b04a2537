"""The headers of every identity that seamline.toml declares."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seamline.errors import SpecError
from seamline.model.case import RequestTemplate
from seamline.run.request import build
from seamline.run.session import Target
from seamline.spec.project import Identity, Project
from seamline.system.identity import Headers, Login, basic, log_in
from seamline.system.template import Lookup, fill, fill_all
from seamline.text.redact import Redactor, carries_credentials


async def log_in_all(
    project: Project, target: Target, lookup: Lookup, redactor: Redactor
) -> dict[str, Headers]:
    """Headers by identity, in the toml's order; raises `LoginError` for one that cannot log in."""
    return {
        name: await _headers(name, identity, target, lookup, redactor)
        for name, identity in project.identities.items()
    }


async def _headers(
    name: str, identity: Identity, target: Target, lookup: Lookup, redactor: Redactor
) -> Headers:
    headers: list[tuple[str, str]] = [(n, fill(v, lookup)) for n, v in identity.header.items()]
    if identity.basic is not None:
        password = fill(identity.basic.password, lookup)
        redactor.add(f"{name}'s password", password)
        headers += basic(fill(identity.basic.username, lookup), password)
    if identity.cookie:
        pairs = "; ".join(f"{n}={fill(v, lookup)}" for n, v in identity.cookie.items())
        headers.append(("Cookie", pairs))
    if identity.login is not None:
        headers.append(await _log_in(name, identity, target, lookup))
    if identity.oauth2 is not None:
        raise SpecError(f"seamline.toml: identities.{name}.oauth2 is not in this version yet")
    secret = [(n, v) for n, v in headers if carries_credentials(n)] or headers
    for header, value in secret:
        redactor.add(f"{name}'s {header}", value.rpartition(" ")[2])
        if header == "Cookie":
            for pair in value.split("; "):
                redactor.add(f"{name}'s cookie", pair.partition("=")[2])
    return tuple(headers)


async def _log_in(name: str, identity: Identity, target: Target, lookup: Lookup) -> tuple[str, str]:
    written = identity.login
    assert written is not None
    if written.token is None:
        raise SpecError(
            f"seamline.toml: identities.{name}.login: a login by cookie is not in this version yet;"
            ' give `token`, a pointer such as "#/access_token"'
        )
    body = RequestTemplate(
        json=msgspec.UNSET if written.json is msgspec.UNSET else fill_all(written.json, lookup),
        form=None if written.form is None else fill_all(written.form, lookup),
    )
    request = build(f"{written.method} {written.path}", body, (), target.base_path)
    token = await log_in(
        target.client,
        Login(name=name, request=request, token=written.token),
    )
    return written.header, written.prefix + token


def identity_rows(
    project: Project,
) -> Mapping[str, tuple[str, Mapping[str, object]]]:
    """Table and condition of the row that stands for an identity, for those that name one."""
    return {
        name: (identity.row.table, identity.row.where)
        for name, identity in project.identities.items()
        if identity.row is not None
    }
