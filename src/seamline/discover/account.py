"""Accounts that a system lets anybody make: which operations register and log in, and what they want.

Only the document is read here; `register.py` tries what is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import msgspec

from seamline.discover.made import NOTHING, Hook, Maker
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.plain import answered, asked, plain, properties
from seamline.openapi.table.word import words
from seamline.text.pointer import escape

Leaves = Mapping[str, Any]
"""Values of a body by the name of the property that holds them, at whatever depth."""

_REGISTER = frozenset({"register", "registration", "signup", "signon"})
_PEOPLE = frozenset({"user", "account", "member", "customer", "profile"})
_LOGIN = frozenset({"login", "signin", "logon", "token", "session", "authenticate", "auth", "jwt"})
_ELSEWHERE = frozenset(
    {"logout", "refresh", "reset", "forgot", "change", "verify", "confirm", "revoke", "recover"}
)
_SECRETS = frozenset({"password", "passwd", "pwd", "passphrase", "passcode"})
_NAMES = ("username", "email", "login", "name", "user", "mail", "phone", "handle")
_MAX_DEPTH = 3
_MOST = 6
_FIRST_CHOICE = ("access", "id", "auth", "jwt", "session")


class Offer(msgspec.Struct, frozen=True):
    """An operation that makes an account, where there is one, and the login that goes with it."""

    register: Operation | None
    login: Operation


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An identity that was made through the API: the bodies that it sends, and what the login gives.

    `token` is a JSON Pointer into the login's answer, sent as `header: prefix token`; where there is
    none, `cookie` names the one that is kept. `forms` are those of both that take a form, not JSON.
    `row` is (table, column, value) of the row that it became.
    """

    name: str
    role: str
    register: str
    login: str
    registration: dict[str, Any]
    credentials: dict[str, Any]
    token: str = ""
    header: str = "Authorization"
    prefix: str = "Bearer "
    cookie: str = ""
    password: str = ""
    forms: tuple[str, ...] = ()
    row: tuple[str, str, str] | None = None


def offers(document: Document, operations: Mapping[str, Operation]) -> list[Offer]:
    """Logins with the registration that goes with each, the plainest first."""
    logins = [o for o in operations.values() if _is_login(document, o)]
    registers = [o for o in operations.values() if _is_register(document, o) and o not in logins]
    logins.sort(key=lambda o: -_speaks(o, _LOGIN))
    registers.sort(key=lambda o: (-_speaks(o, _REGISTER), -_speaks(o, _PEOPLE)))
    found: list[Offer] = [Offer(register, login) for login in logins for register in registers]
    return found[:_MOST] or [Offer(None, login) for login in logins[:_MOST]]


def is_secret(name: str) -> bool:
    """Whether a property's name says that it holds a password."""
    return bool(_SECRETS.intersection(words(name)))


def body_for(
    document: Document, operation: Operation, known: Leaves, *, salt: int = 0, full: bool = False
) -> dict[str, Any]:
    """A body of the operation with the known values where names say so; empty where none can be made."""
    maker = Maker(document, salt=salt, full=full, hook=_from(known))
    value = maker.value(asked(operation))
    return value if isinstance(value, dict) and not maker.missing else {}


def names_asked(document: Document, operation: Operation) -> list[str]:
    """The names of the texts that its body takes, at whatever depth."""
    return [name for _, name in _declared(document, asked(operation), "#", 0)]


def leaves(body: Any) -> Iterator[tuple[str, Any]]:
    """Each value of a body with the name of its property."""
    for name, value in body.items() if isinstance(body, dict) else ():
        if isinstance(value, dict):
            yield from leaves(value)
        else:
            yield name, value


def names_first(known: Leaves) -> list[str]:
    """The properties that say who somebody is, what logins ask for first."""
    found = [n for n, v in known.items() if isinstance(v, str) and not is_secret(n)]
    return sorted(
        (n for n in found if _rank(n) < len(_NAMES)), key=lambda n: ("mail" not in n.lower(), n)
    )


def token_in(answer: Any) -> str:
    """Where an answer holds the token to send, as a JSON Pointer; empty where it holds none."""
    found = [
        (p, n) for p, n, v in _texts(answer, "#", 0) if "token" in words(n) or words(n) == ("jwt",)
    ]
    wanted = [(p, n) for p, n in found if not {"refresh", "type", "csrf"} & set(words(n))]
    return min(wanted, key=lambda f: _token_rank(f[1]), default=("", ""))[0]


def takes_form(operation: Operation) -> bool:
    """Whether the first body that can be sent is a form."""
    return not any("json" in media for media in operation.bodies)


def headers_of(document: Document, operation: Operation) -> list[tuple[str, str]]:
    """Header and prefix in which an operation may want a token, as its security says, then the usual."""
    schemes = (document.raw.get("components") or {}).get("securitySchemes") or {}
    found: list[tuple[str, str]] = []
    for name in (n for alternative in operation.security for n in alternative):
        scheme, _ = document.follow(schemes.get(name))
        if not isinstance(scheme, dict):
            continue
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            header = str(scheme.get("name") or "Authorization")
            found += [(header, ""), (header, "Bearer "), (header, "Token ")]
        elif scheme.get("type") in ("http", "oauth2", "openIdConnect"):
            found.append(("Authorization", "Bearer "))
    return list(dict.fromkeys([*found, ("Authorization", "Bearer ")]))


def token_of_document(document: Document, login: Operation) -> str:
    """Where the document says that the login's answer holds the token; empty where it does not."""
    found = [
        (p, n)
        for p, n in _declared(document, answered(login, document), "#", 0)
        if "token" in words(n) and not {"refresh", "type", "csrf"} & set(words(n))
    ]
    return min(found, key=lambda f: _token_rank(f[1]), default=("", ""))[0]


# -- what is what ----------------------------------------------------------------------------------


def _is_login(document: Document, operation: Operation) -> bool:
    if operation.method != "POST" or operation.secured or "{" in operation.path:
        return False
    own = _words_of(operation)
    if not own & _LOGIN or own & (_ELSEWHERE | _REGISTER):
        return False
    asks = names_asked(document, operation)
    return any(map(is_secret, asks)) and any(_rank(n) < len(_NAMES) for n in asks)


def _is_register(document: Document, operation: Operation) -> bool:
    if operation.method != "POST" or operation.secured or "{" in operation.path:
        return False
    own = _words_of(operation)
    if not own & (_REGISTER | _PEOPLE) or own & _ELSEWHERE:
        return False
    asks = names_asked(document, operation)
    return any(map(is_secret, asks)) and any(_rank(n) < len(_NAMES) for n in asks)


def _words_of(operation: Operation) -> frozenset[str]:
    """The words of its last path segments and of its name; `sign-up` is one word."""
    found: set[str] = set()
    for text in (*operation.path.split("/")[-2:], operation.operation_id):
        parts = words(text)
        found |= set(parts) | {"".join(pair) for pair in pairwise(parts)}
    return frozenset(found)


def _speaks(operation: Operation, of: frozenset[str]) -> int:
    """2 where the last segment of the path is such a word, 1 where any other says so."""
    parts = words(operation.path.rpartition("/")[2])
    last = {*parts, "".join(parts)}
    return 2 if last & of else int(bool(_words_of(operation) & of))


def _declared(
    document: Document, schema: Any, pointer: str, depth: int
) -> Iterator[tuple[str, str]]:
    """Pointer and name of each property that is no object, at most `_MAX_DEPTH` deep."""
    for name, inner in properties(plain(document, schema)).items():
        found, here = plain(document, inner), f"{pointer}/{escape(name)}"
        if properties(found) and depth < _MAX_DEPTH:
            yield from _declared(document, inner, here, depth + 1)
        elif found.get("type") in ("string", None):
            yield here, name


def _texts(answer: Any, pointer: str, depth: int) -> Iterator[tuple[str, str, str]]:
    for name, value in answer.items() if isinstance(answer, dict) and depth <= _MAX_DEPTH else ():
        here = f"{pointer}/{escape(str(name))}"
        if isinstance(value, str) and value:
            yield here, str(name), value
        else:
            yield from _texts(value, here, depth + 1)


def _token_rank(name: str) -> int:
    parts = words(name)
    if parts == ("token",):
        return 1
    return next((2 * i for i, w in enumerate(_FIRST_CHOICE) if w in parts), 2 * len(_FIRST_CHOICE))


def _rank(name: str) -> int:
    """How soon a name says who somebody is: its place in `_NAMES`, or their number for any other."""
    parts = words(name)
    joined = "".join(parts)
    return next((i for i, n in enumerate(_NAMES) if n in parts or n == joined), len(_NAMES))


def _from(known: Leaves) -> Hook:
    """A hook that gives known values to properties of the same meaning."""
    same = {words(name): value for name, value in known.items()}
    secret = next((v for n, v in known.items() if is_secret(n)), NOTHING)
    named = names_first(known)

    def hook(path: tuple[str, ...], schema: Mapping[str, Any]) -> Any:
        if not path or schema.get("type") in ("object", "array") or "const" in schema:
            return NOTHING
        name = path[-1]
        if words(name) in same:
            return same[words(name)]
        if is_secret(name):
            return secret
        if words(name) in (("username",), ("user", "name"), ("login",), ("identifier",)) and named:
            return known[named[0]]
        return NOTHING

    return hook
