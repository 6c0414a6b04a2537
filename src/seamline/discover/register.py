"""Try to become somebody: register through the API, log in, and see that the token opens a door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http.cookies import SimpleCookie
from typing import Any

import msgspec

from seamline.discover.account import (
    Account,
    Offer,
    body_for,
    headers_of,
    is_secret,
    leaves,
    names_first,
    takes_form,
    token_in,
)
from seamline.engines.protocol import Database
from seamline.errors import SeamlineError
from seamline.model.case import RequestTemplate
from seamline.model.catalog import Catalog
from seamline.model.exchange import Response
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.table.word import words
from seamline.run.request import build
from seamline.run.session import Target, rows_of
from seamline.text.pointer import at_pointer
from seamline.text.redact import Redactor

NAMES = ("user", "other_user")
ROLE = "user"
_SALT = 40
"""Far from the texts that requests are made of: an account's address is nobody else's."""
_TRIES = ((0, False), (0, True), (7, False), (7, True))
_PROBES = 6
_MINE = frozenset({"me", "self", "profile", "account", "current", "whoami"})
_SESSION = ("session", "sid", "auth", "token", "jwt")


class Refused(Exception):
    """An offer that came to nothing; the message says where it ended."""


async def accounts(
    target: Target,
    document: Document,
    operations: Mapping[str, Operation],
    offered: list[Offer],
    redactor: Redactor,
) -> tuple[tuple[Account, ...], str]:
    """Two accounts of one role by the first offer that works, or none and why.

    What was sent stays in the target's database.
    """
    why = ""
    for offer in offered:
        if offer.register is None:
            continue
        desk = _Desk(target, document, operations, offer, redactor)
        try:
            first = await desk.account(NAMES[0], _SALT, "")
            return (first, await desk.account(NAMES[1], _SALT + 1, first.password)), ""
        except (Refused, SeamlineError) as exc:
            why = why or redactor.text(str(exc))
    return (), why


class _Desk:
    """Where accounts of one offer are made."""

    def __init__(
        self,
        target: Target,
        document: Document,
        operations: Mapping[str, Operation],
        offer: Offer,
        redactor: Redactor,
    ) -> None:
        self._target, self._document, self._operations = target, document, operations
        self._offer, self._redactor = offer, redactor
        self._way: tuple[str, str] | None = None

    async def account(self, name: str, salt: int, password: str) -> Account:
        """Register, log in, and try the door. Raises `Refused`."""
        registration = await self._registered(salt, password)
        known = dict(leaves(registration))
        credentials, answer = await self._logged_in(known)
        token = token_in(answer.json)
        cookie, value = ("", "") if token else _cookie(answer)
        if not token and not cookie:
            raise Refused(f"{self._offer.login.key} answers {answer.status}, and no token in it")
        account = Account(
            name=name,
            role=ROLE,
            register=_key(self._offer.register),
            login=self._offer.login.key,
            registration=registration,
            credentials=credentials,
            token=token,
            cookie=cookie,
            password=next((v for n, v in known.items() if is_secret(n)), ""),
            forms=tuple(o.key for o in self._operations_of_offer() if takes_form(o)),
            row=await self._row(known),
        )
        if token:
            header, prefix = await self._door(_at(answer.json, token))
            return msgspec.structs.replace(account, header=header, prefix=prefix)
        if not await self._opens((("Cookie", f"{cookie}={value}"),)):
            raise Refused(f"the cookie {cookie} of {self._offer.login.key} opens nothing")
        return account

    def _operations_of_offer(self) -> list[Operation]:
        return [o for o in (self._offer.register, self._offer.login) if o is not None]

    async def _registered(self, salt: int, password: str) -> dict[str, Any]:
        operation = self._offer.register
        assert operation is not None
        known = {"password": password} if password else {}
        said = "no body can be made for it"
        for more, full in _TRIES:
            body = body_for(self._document, operation, known, salt=salt + more, full=full)
            if not body or any("{" in v for _, v in leaves(body) if isinstance(v, str)):
                continue
            answer = await self._send(operation, body)
            if 200 <= answer.status < 300:
                return body
            said = f"answered {answer.status}"
        raise Refused(f"{operation.key}: {said}")

    async def _logged_in(self, known: Mapping[str, Any]) -> tuple[dict[str, Any], Response]:
        """The login by each name that the account has, until one is known."""
        operation, said = self._offer.login, ""
        for body in self._bodies(known):
            answer = await self._send(operation, body)
            if 200 <= answer.status < 300:
                return body, answer
            said = said or f"answered {answer.status}"
        said = said or "no body can be made for it"
        raise Refused(
            f"{operation.key}: {said} to the account that {_key(self._offer.register)} made"
        )

    def _bodies(self, known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """What is required, by each name in turn; and with what is optional and the account can say."""
        mine, sent = {words(n) for n in known}, []
        for name in (None, *names_first(known)[1:]):
            others = known if name is None else {name: known[name], **_secrets(known)}
            least = body_for(self._document, self._offer.login, others)
            most = body_for(self._document, self._offer.login, others, full=True)
            said = {n: v for n, v in most.items() if n in least or words(n) in mine}
            for body in (least, said):
                if body and body not in sent:
                    sent.append(body)
                    yield body

    async def _send(self, operation: Operation, body: dict[str, Any]) -> Response:
        for name, value in leaves(body):
            if is_secret(name) and isinstance(value, str):
                self._redactor.add("a password", value)
        template = (
            RequestTemplate(form={n: str(v) for n, v in body.items()})
            if takes_form(operation)
            else RequestTemplate(json=body)
        )
        request = build(operation.key, template, (), self._target.base_path)
        response, failure, _ = await self._target.client.send(request)
        if response is None:
            raise Refused(f"{operation.key}: {failure}")
        return response

    async def _door(self, token: str) -> tuple[str, str]:
        """Header and prefix with which the token is taken; the document's own where nothing can tell."""
        self._redactor.add("a token", token)
        if self._way is not None:
            return self._way
        probes = self._probes()
        ways = headers_of(self._document, probes[0] if probes else self._offer.login)
        for header, prefix in ways if probes else ():
            if await self._opens(((header, prefix + token),)):
                self._way = (header, prefix)
                return self._way
        if probes:
            raise Refused(
                f"the token of {self._offer.login.key} opens nothing: {probes[0].key} answers 401"
            )
        self._way = ways[0]
        return self._way

    async def _opens(self, headers: tuple[tuple[str, str], ...]) -> bool:
        """Whether an operation that is shut to nobody known is not shut to this one; true if none is."""
        told = False
        for operation in self._probes():
            without = await self._asked(operation, ())
            if without not in {401, 403}:
                continue
            told = True
            if await self._asked(operation, headers) not in {0, 401, without}:
                return True
        return not told

    async def _asked(self, operation: Operation, headers: tuple[tuple[str, str], ...]) -> int:
        request = build(operation.key, RequestTemplate(), headers, self._target.base_path)
        response, _, _ = await self._target.client.send(request)
        return response.status if response is not None else 0

    def _probes(self) -> list[Operation]:
        """Reads that need credentials and nothing else, what is the caller's own first."""
        found = [
            o
            for o in self._operations.values()
            if o.method == "GET" and o.secured and not any(p.required for p in o.parameters)
        ]
        return sorted(found, key=lambda o: not _MINE & set(words(o.path)))[:_PROBES]

    async def _row(self, known: Mapping[str, Any]) -> tuple[str, str, str] | None:
        database, catalog = self._target.database, self._target.catalog
        if database is None or catalog is None:
            return None
        return await row_of(database, catalog, known)


async def row_of(
    database: Database, catalog: Catalog, known: Mapping[str, Any]
) -> tuple[str, str, str] | None:
    """The one row that an account became: by a column that is called like what it gave.

    Of several tables the one that others refer to most; none where that does not decide.
    """
    found: dict[str, tuple[str, str, str]] = {}
    for table in catalog.tables:
        for name in names_first(known):
            column = next((c.name for c in table.columns if words(c.name) == words(name)), None)
            if column is None or table.name in found:
                continue
            rows = await rows_of(database, catalog, table.name, {column: known[name]}, 2)
            if len(rows) == 1:
                found[table.name] = (table.name, column, str(known[name]))
    referred = {
        name: sum(k.table == name for t in catalog.tables for k in t.foreign_keys) for name in found
    }
    most = [n for n in found if referred[n] == max(referred.values())]
    return found[most[0]] if len(most) == 1 else None


def _key(operation: Operation | None) -> str:
    return operation.key if operation is not None else ""


def _secrets(known: Mapping[str, Any]) -> dict[str, Any]:
    return {n: v for n, v in known.items() if is_secret(n)}


def _at(answer: Any, pointer: str) -> str:
    return str(at_pointer(answer, pointer))


def _cookie(answer: Response) -> tuple[str, str]:
    """The cookie that is a session, by its name, else the only one."""
    jar: SimpleCookie = SimpleCookie()
    for name, value in answer.headers:
        if name == "set-cookie":
            jar.load(value)
    named = [n for n in jar if any(s in n.lower() for s in _SESSION) and "csrf" not in n.lower()]
    chosen = named or (list(jar) if len(jar) == 1 else [])
    return (chosen[0], jar[chosen[0]].value) if chosen else ("", "")
