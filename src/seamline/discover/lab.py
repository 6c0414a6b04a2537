"""What trying something needs: the running system, the document, the rows, and a way to start again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from seamline.checks.trace import during
from seamline.discover.act import Act, case_of
from seamline.discover.choice import Choice, Filled
from seamline.discover.listed import Listed
from seamline.discover.seed import Rows
from seamline.discover.values import fill
from seamline.errors import SeamlineError
from seamline.model.catalog import Catalog
from seamline.model.exchange import NOT_JSON, Exchange
from seamline.model.row import Row, RowChange
from seamline.model.vocabulary import ANONYMOUS, CaseKind, RowOp
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.table.match import Match
from seamline.run.case import run_case
from seamline.run.session import Session

_MOST_WRITES = 1000
Renew = Callable[[], Awaitable[Session]]


class Tried(msgspec.Struct, kw_only=True):
    """What an attempt gave: the exchange of its last act, or why there is none."""

    last: Exchange | None = None
    exchanges: Sequence[Exchange] = ()
    problem: str = ""
    spoilt: str = ""

    @property
    def status(self) -> int:
        """The last act's status, or 0 where it was not reached or not answered."""
        return self.last.status if self.last is not None else 0

    @property
    def succeeded(self) -> bool:
        """Whether the last act was accepted and the system is as before."""
        return self.last is not None and self.last.succeeded and not self.spoilt

    @property
    def answer(self) -> Any:
        """The last act's decoded answer, or None."""
        response = self.last.response if self.last is not None else None
        return None if response is None or response.json is NOT_JSON else response.json


class Lab(msgspec.Struct, kw_only=True):
    """A session to try things in. `roles` are the identities with their roles, in the toml's order;
    `mine` the rows that each of them owns, by table. `images` collects rows that attempts wrote, `new`
    those of them that had not been there, `refused` by table who wrote what and was refused (4xx),
    `listed` what lists showed, by the shape of their path, `writes` what each attempt did to the rows,
    `statements` the most that an accepted request of each operation took."""

    session: Session
    document: Document
    operations: Mapping[str, Operation]
    catalog: Catalog
    matches: Mapping[str, Match]
    rows: Rows
    roles: Mapping[str, str | None]
    mine: Mapping[str, Mapping[str, Row]]
    renew: Renew | None = None
    images: dict[str, list[Row]] = msgspec.field(default_factory=dict)
    new: dict[str, list[Row]] = msgspec.field(default_factory=dict)
    refused: dict[str, list[tuple[str, RowOp]]] = msgspec.field(default_factory=dict)
    listed: dict[str, Listed] = msgspec.field(default_factory=dict)
    writes: list[list[RowChange]] = msgspec.field(default_factory=list)
    statements: dict[str, int] = msgspec.field(default_factory=dict)

    def filled(self, operation: Operation, identity: str, choice: Choice) -> Filled:
        """A request of an operation for an identity."""
        match = self.matches.get(operation.key, Match())
        mine = self.mine.get(identity, {})
        known = (self.document, match, self.catalog, self.rows, mine, choice, self.listed)
        return fill(operation, *known)

    async def attempt(self, acts: Sequence[Act], kind: CaseKind = "positive") -> Tried:
        """Carry out acts on a clean base and leave one, by starting again where that is needed."""
        try:
            outcome = await run_case(self.session, case_of("attempt", kind, acts))
        except SeamlineError as exc:
            return Tried(problem=self.session.redactor.text(str(exc)))
        written = [c for x in outcome.exchanges for c in x.changes or ()]
        if written and len(self.writes) < _MOST_WRITES:
            self.writes.append(written)
        for exchange in outcome.exchanges:
            if exchange.succeeded and exchange.sql is not None:
                most = self.statements.get(exchange.operation, 0)
                self.statements[exchange.operation] = max(most, sum(1 for _ in during(exchange)))
            for change in exchange.changes or ():
                if change.after is not None:
                    self.images.setdefault(change.table, []).append(change.after)
                if change.after is not None and change.op == "insert":
                    self.new.setdefault(change.table, []).append(change.after)
                if 400 <= exchange.status < 500:
                    told = (exchange.operation, change.op)
                    self.refused.setdefault(change.table, []).append(told)
        if outcome.stale:
            await self.start_again()
        complete = len(outcome.exchanges) == len(acts)
        return Tried(
            last=outcome.exchanges[-1] if complete else None,
            exchanges=outcome.exchanges,
            problem=outcome.error or ("" if complete else self._stopped(outcome.exchanges)),
            spoilt=outcome.stale,
        )

    async def start_again(self) -> None:
        """Go on with a fresh system, where one can be made."""
        if self.renew is not None:
            self.session = await self.renew()

    def _stopped(self, exchanges: Sequence[Exchange]) -> str:
        return self.said(exchanges[-1]) if exchanges else "nothing was sent"

    def said(self, exchange: Exchange | None) -> str:
        """An answer in one line, fit to show."""
        if exchange is None:
            return "no answer"
        if exchange.response is None:
            return f"no answer: {exchange.failure}"
        text = " ".join(exchange.response.body[:400].decode("utf-8", "replace").split())
        shown = self.session.redactor.text(text)[:160]
        return f"{exchange.operation} answered {exchange.status}" + (f": {shown}" if shown else "")

    def identities(self, operation: Operation) -> list[str]:
        """Who to try as: nobody first where the document asks for no credentials, else last."""
        named = list(self.roles)
        return [*named, ANONYMOUS] if operation.secured and named else [ANONYMOUS, *named]
