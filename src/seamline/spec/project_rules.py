"""What the types of `seamline.toml` cannot say: keys that exclude one another, secrets to declare."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from seamline.model.vocabulary import ANONYMOUS
from seamline.spec.position import KeyPath, Problem
from seamline.spec.shape import found
from seamline.text.suggest import did_you_mean

_TEMPLATE = re.compile(r"\{(secret|env):([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PROOFS = ("login", "header", "basic", "cookie", "oauth2")


def project_problems(document: Any) -> Iterator[Problem]:
    """Every broken rule of a project document."""
    if not isinstance(document, dict):
        return
    if isinstance(document.get("system"), dict):
        yield from _system_problems(document["system"], ("system",))
    if isinstance(document.get("database"), dict):
        yield from _database_problems(document["database"], ("database",))
    identities = document.get("identities")
    for name, identity in identities.items() if isinstance(identities, dict) else ():
        yield from _identity_problems(name, identity, ("identities", name))
    secrets = document.get("secrets")
    declared = set(secrets) if isinstance(secrets, dict) else None
    for path, kind, name in templates_in(document):
        yield from _template_problems(kind, name, declared, path)


def templates_in(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, str]]:
    """Path, kind and name of every `{secret:name}` and `{env:NAME}` in the strings of `value`."""
    if isinstance(value, str):
        for match in _TEMPLATE.finditer(value):
            yield path, match[1], match[2]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from templates_in(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from templates_in(item, (*path, index))


def _system_problems(system: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    given = [key for key in ("command", "url") if system.get(key)]
    if len(given) != 1:
        how = "both" if given else "neither"
        text = f"needs either 'command' (Seamline starts it) or 'url' (it runs already), not {how}"
        yield Problem(path=path, text=text)


def _database_problems(database: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    provider, has_url = database.get("provider"), "url" in database
    if provider == "url" and not has_url:
        yield Problem(path=path, text="provider = \"url\" needs the key 'url'")
    elif provider == "private" and has_url:
        text = "a private server has no 'url'; write provider = \"url\" or leave one of them out"
        yield Problem(path=(*path, "url"), text=text, on_key=True)
    migrations = database.get("migrations")
    if isinstance(migrations, dict):
        needed = {"sql": "files", "command": "command"}.get(str(migrations.get("kind")))
        if needed is not None and not migrations.get(needed):
            text = f'kind = "{migrations["kind"]}" needs the key {needed!r}'
            yield Problem(path=(*path, "migrations"), text=text)


def _identity_problems(name: str, identity: Any, path: KeyPath) -> Iterator[Problem]:
    if name == ANONYMOUS:
        text = f"{ANONYMOUS!r} is always there: it sends no credentials. Take another name"
        yield Problem(path=path, text=text, on_key=True)
    if not isinstance(identity, dict):
        return
    if not any(key in identity for key in _PROOFS):
        text = f"says no way to prove who it is: one of {', '.join(_PROOFS)}"
        yield Problem(path=path, text=text)
    login = identity.get("login")
    if isinstance(login, dict):
        if "json" in login and "form" in login:
            text = "a login has either 'json' or 'form', not both"
            yield Problem(path=(*path, "login", "form"), text=text, on_key=True)
        if "token" not in login and "cookie" not in login:
            text = "needs 'token' (a JSON Pointer into its answer) or 'cookie' (the one to keep)"
            yield Problem(path=(*path, "login"), text=text)


def _template_problems(
    kind: str, name: str, declared: set[str] | None, path: KeyPath
) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield Problem(path=path, text=f"{{{kind}:…}} needs a name, found {found(name)}")
    elif kind == "secret" and declared is not None and name not in declared:
        hint = did_you_mean(name, sorted(declared))
        yield Problem(path=path, text=f"the secret {found(name)} is not in [secrets].{hint}")
