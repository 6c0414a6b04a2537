"""What running a case needs, and nothing about how it came to be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from seamline.checks import CHECKS, Check, Context
from seamline.data.changed import ChangedRows
from seamline.data.compile import Params, equals, quote, quoted, table_sql
from seamline.engines.protocol import Capture, Database
from seamline.errors import SpecError
from seamline.model.catalog import Catalog
from seamline.model.exchange import Exchange
from seamline.model.row import Row
from seamline.model.vocabulary import ANONYMOUS
from seamline.run.noise import Noise
from seamline.run.patience import Patience
from seamline.run.scaled import Scaled
from seamline.run.standing import Standings
from seamline.spec.endpoints import Allowance
from seamline.spec.reference import Lookup, NothingThere
from seamline.system.http import Client
from seamline.system.identity import NOBODY, Credentials
from seamline.system.process import Process
from seamline.system.token import SigningKey
from seamline.text.pointer import ABSENT, at_pointer
from seamline.text.redact import Redactor
from seamline.text.suggest import did_you_mean
from seamline.wire.thread import Tap

HEADERS = "@headers"
"""What stands behind a label where a derived case means an answer's headers: `first@headers#/etag`."""

Renew = Callable[[], Awaitable[Credentials]]
"""Logs an identity in again; raises `LoginError`."""

Before = Callable[[int], Awaitable[None]]
"""Awaited before a step is sent, with its number."""

After = Callable[[Exchange], Awaitable[Exchange]]
"""Awaited behind the last request, before its rows are judged and put back: the exchange as it is then."""

Restart = Callable[[], Awaitable[None]]


class Target(msgspec.Struct, kw_only=True):
    """A running system and, where there is one, the database behind it, with capture installed.

    Through `tap` its statements are seen.

    `renew` is how identities that log in by a request do so again; `signing` how the system signs
    its tokens, where the toml says so. `restart` starts the system once more on the same database,
    after it has ended; it raises `TargetError` where it does not come up.
    """

    client: Client
    identities: dict[str, Credentials]
    renew: Mapping[str, Renew] = {}
    restart: Restart | None = None
    signing: SigningKey | None = None
    base_path: str = ""
    fixed_path: bool = False
    process: Process | None = None
    database: Database | None = None
    capture: Capture | None = None
    tap: Tap | None = None
    catalog: Catalog | None = None


class Rules(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """How exchanges are judged: a context per operation, the rules of rows, what is noise.

    `allowances` are those of each operation; `today` is the run's, by which they expire. `standings` asks
    for rows right after an answer, `scaled` the planner what a statement takes where there are many.
    `background` are statements, without values, that the system says while nobody sends a request, and how
    often in a second.
    """

    contexts: Mapping[str, Context]
    fallback: Context
    rows: ChangedRows | None = None
    noise: Noise = Noise()
    identity_rows: Mapping[str, tuple[str, Mapping[str, Any]]] = {}
    settle_s: float = 2.0
    judge_api: bool = True
    allowances: Mapping[str, tuple[Allowance, ...]] = {}
    standings: Standings | None = None
    scaled: Scaled | None = None
    today: date = date.min
    background: Mapping[str, float] = {}

    def context(self, operation: str) -> Context:
        """The surroundings of an operation's exchanges."""
        return self.contexts.get(operation, self.fallback)

    @cached_property
    def checks(self) -> dict[str, tuple[Check, ...]]:
        """Per operation the checks that its validations name, in the order of registration."""
        return {
            key: tuple(c for name, c in CHECKS.items() if name in context.validations)
            for key, context in self.contexts.items()
        }


class Session(msgspec.Struct, kw_only=True):
    """A target, the rules and the redactor: enough to run any case."""

    target: Target
    rules: Rules
    redactor: Redactor
    patience: Patience = msgspec.field(default_factory=Patience)

    def credentials(self, identity: str) -> Credentials:
        """What an identity is known by; nothing for `anonymous`."""
        if identity == ANONYMOUS:
            return NOBODY
        try:
            return self.target.identities[identity]
        except KeyError:
            hint = did_you_mean(identity, list(self.target.identities))
            raise SpecError(f"identity {identity!r} is not in seamline.toml.{hint}") from None


async def rows_of(
    database: Database, catalog: Catalog, table: str, where: Mapping[str, Any], limit: int
) -> list[Row]:
    """Rows of a table by equality, in the order of its primary key; raises `SpecError` for unknown names."""
    known = catalog.by_name.get(table)
    if known is None:
        raise SpecError(
            f"no table {table!r} in the database.{did_you_mean(table, list(catalog.by_name))}"
        )
    for column in where:
        if column not in known.by_column:
            hint = did_you_mean(column, list(known.by_column))
            raise SpecError(f"no column {column!r} in table {table}.{hint}")
    params = Params()
    condition = " AND ".join(equals(c, v, params) for c, v in where.items()) or "true"
    # Without a key by text: not every type has an order of its own.
    order = quoted(known.primary_key) or ", ".join(f"{quote(c)}::text" for c in known.by_column)
    text = (
        f"SELECT to_jsonb(_t) AS row FROM {table_sql(known)} _t"
        f" WHERE {condition} ORDER BY {order} LIMIT {int(limit)}"
    )
    found = await database.query(text, params.values)
    return [r["row"] for r in found]


class Answers(Lookup):
    """Resolves the references of one case: rows of the seed, identities, earlier answers, environment.

    Rows are asked for before the case starts (`prepare`), since resolving does no I/O. `logins` are
    those made for this case alone.
    """

    def __init__(self, session: Session, env: Mapping[str, str]) -> None:
        self._session = session
        self._env = env
        self._rows: dict[str, list[Row]] = {}
        self._documents: dict[str, Any] = {}
        self.logins: dict[str, Credentials] = {}

    def keep(self, label: str, document: Any, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Remember a step's decoded answer, and its headers under `label@headers`."""
        self._documents[label] = document
        self._documents[label + HEADERS] = dict(headers)

    async def prepare(self, wanted: Sequence[tuple[str, Mapping[str, Any], int]]) -> None:
        """Fetch the rows that references name: (table, where, how many)."""
        target = self._session.target
        for table, where, limit in wanted:
            if target.database is None or target.catalog is None:
                raise SpecError(f"a reference to a row of {table!r} needs a [database]")
            key = _row_key(table, where)
            if len(self._rows.get(key, ())) < limit:
                self._rows[key] = await rows_of(
                    target.database, target.catalog, table, where, limit
                )

    def row(self, table: str, index: int, where: Mapping[str, Any], column: str) -> Any:
        """A column of the row at a position among those that match."""
        rows = self._rows.get(_row_key(table, where), [])
        if index >= len(rows):
            which = f" where {dict(where)}" if where else ""
            raise SpecError(f"$row: {table}{which} has {len(rows)} rows, no row [{index}]")
        if column not in rows[index]:
            raise SpecError(
                f"$row: no column {column!r} in {table}.{did_you_mean(column, list(rows[index]))}"
            )
        return rows[index][column]

    def answer(self, label: str, pointer: str) -> Any:
        """A value of an earlier step's answer."""
        value = at_pointer(self._documents.get(label), pointer)
        if value is ABSENT:
            raise NothingThere(f"$from: the answer of {label!r} has nothing at {pointer}")
        return value

    def identity(self, name: str, column: str) -> Any:
        """A column of the row that an identity is."""
        table, where = self._session.rules.identity_rows[name]
        return self.row(table, 0, where, column)

    def env(self, name: str) -> str:
        """An environment variable; what it holds is kept out of the reports."""
        try:
            value = self._env[name]
        except KeyError:
            raise SpecError(f"$env: the environment variable {name} is not set") from None
        self._session.redactor.add(name, value)
        return value


def _row_key(table: str, where: Mapping[str, Any]) -> str:
    return f"{table}\n{sorted((k, str(v)) for k, v in where.items())}"
