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
_WALKING = ("revisions", "up", "down", "current", "base", "bookkeeping")
_PROOFS = ("login", "header", "query", "basic", "cookie", "oauth2")


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
        yield from _migration_problems(migrations, (*path, "migrations"))


def _migration_problems(tool: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    kind = tool.get("kind")
    if kind == "sql":
        given = [key for key in ("files", "folder") if tool.get(key)]
        if len(given) != 1:
            how = "both" if given else "neither"
            text = f"kind = \"sql\" needs the key 'files' or 'folder', not {how}"
            yield Problem(path=path, text=text)
    elif "folder" in tool:
        text = f'is for kind = "sql", not {found(kind)}'
        yield Problem(path=(*path, "folder"), text=text, on_key=True)
    if kind == "command" and not tool.get("command"):
        yield Problem(path=path, text="kind = \"command\" needs the key 'command'")
    yield from _walk_problems(tool, path)
    if "python" in tool and kind not in ("alembic", "django"):
        text = f'is for kind = "alembic" or "django", not {found(kind)}'
        yield Problem(path=(*path, "python"), text=text, on_key=True)


def _walk_problems(tool: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    """Commands that walk a history: all that is needed, or none of it."""
    given = [key for key in _WALKING if key in tool]
    if given and (kind := tool.get("kind")) != "command":
        text = f'is for kind = "command", not {found(kind)}'
        yield Problem(path=(*path, given[0]), text=text, on_key=True)
        return
    for key in ("revisions", "up"):
        if given and not tool.get(key):
            yield Problem(path=path, text=f"a history is walked by commands: needs the key {key!r}")
    for key, names in (("up", ("{revision}",)), ("down", ("{revision}", "{undone}"))):
        words = tool.get(key)
        if isinstance(words, list) and words and not any(n in str(w) for w in words for n in names):
            text = f"must say to which revision: {' or '.join(names)} in one of its words"
            yield Problem(path=(*path, key), text=text)


def _identity_problems(name: str, identity: Any, path: KeyPath) -> Iterator[Problem]:
    if name == ANONYMOUS:
        text = f"{ANONYMOUS!r} is always there: it sends no credentials. Take another name"
        yield Problem(path=path, text=text, on_key=True)
    if not isinstance(identity, dict):
        return
    if not any(key in identity for key in _PROOFS):
        text = f"says no way to prove who it is: one of {', '.join(_PROOFS)}"
        yield Problem(path=path, text=text)
    for key in ("login", "register"):
        request = identity.get(key)
        if isinstance(request, dict) and "json" in request and "form" in request:
            text = f"a {key} has either 'json' or 'form', not both"
            yield Problem(path=(*path, key, "form"), text=text, on_key=True)
    if isinstance(identity.get("login"), dict):
        yield from _login_problems(identity["login"], (*path, "login"))
    if isinstance(identity.get("oauth2"), dict):
        yield from _oauth2_problems(identity["oauth2"], (*path, "oauth2"))


def _login_problems(login: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    if "token" not in login and "cookie" not in login:
        text = "needs 'token' (a JSON Pointer into its answer) or 'cookie' (the one to keep)"
        yield Problem(path=path, text=text)
    csrf = login.get("csrf")
    if isinstance(csrf, dict) and ("cookie" in csrf) == ("pointer" in csrf):
        how = "both" if "cookie" in csrf else "neither"
        text = f"needs either 'cookie' or 'pointer', where the token stands, not {how}"
        yield Problem(path=(*path, "csrf"), text=text)


def _oauth2_problems(oauth2: dict[str, Any], path: KeyPath) -> Iterator[Problem]:
    grant = oauth2.get("grant", "client_credentials")
    needed = {
        "client_credentials": ("client_id", "client_secret"),
        "password": ("username", "password"),
    }.get(grant if isinstance(grant, str) else "", ())
    for key in needed:
        if key not in oauth2:
            yield Problem(path=path, text=f'grant = "{grant}" needs the key {key!r}')
    if grant == "client_credentials":
        for key in ("username", "password"):
            if key in oauth2:
                text = f'is for grant = "password", not "{grant}"'
                yield Problem(path=(*path, key), text=text, on_key=True)
    if "client_secret" in oauth2 and "client_id" not in oauth2 and "client_id" not in needed:
        yield Problem(path=path, text="'client_secret' needs the key 'client_id'")


def _template_problems(
    kind: str, name: str, declared: set[str] | None, path: KeyPath
) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield Problem(path=path, text=f"{{{kind}:…}} needs a name, found {found(name)}")
    elif kind == "secret" and declared is not None and name not in declared:
        hint = did_you_mean(name, sorted(declared))
        yield Problem(path=path, text=f"the secret {found(name)} is not in [secrets].{hint}")
