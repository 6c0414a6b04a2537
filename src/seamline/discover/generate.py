"""From a running system to the content of the two spec files.

match tables ─► a request that each operation accepts ─► what failed, behind what makes its rows
             ─► who else may ─► what is absent ─► lives ─► entries, and a list of what is open
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from seamline.data.rule import Rule
from seamline.discover.access import access_doubts, learn_matrix
from seamline.discover.act import Act, one, slug, written_case
from seamline.discover.choice import Made
from seamline.discover.lab import Lab, Renew
from seamline.discover.learn import Failure, Success, learn_access, made_by, positive, succeeded_by
from seamline.discover.listed import Listed, items_of, shape
from seamline.discover.proposal import proposals
from seamline.discover.seed import seeded
from seamline.discover.shown import shown_rows
from seamline.discover.story import absence, echo, life
from seamline.discover.tables import data_file
from seamline.discover.trail import TRAIL, trails
from seamline.model.catalog import Catalog
from seamline.model.row import Row
from seamline.model.vocabulary import ANONYMOUS, SAFE_METHODS
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.openapi.table.match import match
from seamline.run.session import Session, rows_of

_ROUNDS = 3
"""How often what failed is tried again, with rows that other operations have since been seen to make."""
_SLACK = 3
"""So many statements more than were seen a learned budget has at least."""


class Unfilled(msgspec.Struct, frozen=True, kw_only=True):
    """An operation without an accepted request: what it lacks, and why, as the system said it."""

    operation: str
    what: str
    why: str


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the spec files: `endpoints` as entries of the one, `data` the whole other.

    `unfilled` is what a person has to fill in, `ambiguous` per operation the tables between which
    nothing decided, `reached` how many operations were accepted. `doubts` are what looks wrong in what
    was learnt of who may, by operation.
    """

    endpoints: list[dict[str, Any]]
    data: dict[str, Any]
    unfilled: list[Unfilled]
    ambiguous: dict[str, tuple[str, ...]]
    reached: int
    doubts: dict[str, str] = {}


async def generate(
    session: Session,
    document: Document,
    operations: Mapping[str, Operation],
    catalog: Catalog,
    rules: Sequence[Rule],
    *,
    roles: Mapping[str, str | None] | None = None,
    renew: Renew | None = None,
    progress: Callable[[str], None] = lambda operation: None,
) -> Generated:
    """Try every operation on a running system, and write down what it accepted and what that did.

    `rules` are those derived from the catalog; `roles` the identities with their roles, in the toml's
    order. `renew` gives a session on a fresh clone with a freshly started system, for when an attempt
    leaves none that can be used; without it such operations make what follows unsure. `progress` is
    told each operation before it is tried. The session needs a database.
    """
    database = session.target.database
    rows = await seeded(database, catalog) if database is not None else {}
    known = dict.fromkeys(session.target.identities) if roles is None else dict(roles)
    lab = Lab(
        session=session,
        document=document,
        operations=operations,
        catalog=catalog,
        matches=match(operations, document, catalog),
        rows=rows,
        roles=known,
        mine=await _mine(session, catalog, known),
        renew=renew,
    )
    discovery = Discovery(lab, progress)
    await discovery.find()
    endpoints = [await discovery.entry(op) for op in operations.values()]
    database = lab.session.target.database
    shown = await shown_rows(lab, discovery.successes)
    proposed = await proposals(database, catalog, lab.images) if database is not None else {}
    return Generated(
        endpoints=endpoints,
        data={
            **data_file(catalog, rules, rows, lab.images, lab.new, lab.writes, proposed),
            **({"reconcile": shown} if shown else {}),
        },
        unfilled=discovery.unfilled(),
        ambiguous={k: m.ambiguous for k, m in lab.matches.items() if m.ambiguous},
        reached=len(discovery.successes),
        doubts=access_doubts(lab, discovery.successes),
    )


async def _mine(
    session: Session, catalog: Catalog, roles: Mapping[str, str | None]
) -> dict[str, dict[str, Row]]:
    """The row that stands for each identity, by its table."""
    found: dict[str, dict[str, Row]] = {}
    database = session.target.database
    for identity, (table, where) in session.rules.identity_rows.items():
        if identity in roles and database is not None:
            rows = await rows_of(database, catalog, table, where, 1)
            found[identity] = {table: rows[0]} if rows else {}
    return found


class Discovery:
    """The successes of a lab's operations, found in the order in which they can help one another."""

    def __init__(self, lab: Lab, progress: Callable[[str], None]) -> None:
        self._lab = lab
        self._progress = progress
        self._made: dict[str, Made] = {}
        self._probes: dict[str, tuple[Act, ...]] = {}
        self.successes: dict[str, Success] = {}
        self.failures: dict[str, Failure] = {}

    async def find(self) -> None:
        """Reading first, which changes nothing; then writing; then again what lacked a row."""
        everything = list(self._lab.operations.values())
        ordered = sorted(everything, key=lambda o: (o.method not in SAFE_METHODS, _depth(o)))
        for operation in ordered:
            self._progress(operation.key)
            await self._try(operation, {})
        for _ in range(_ROUNDS):
            before = len(self.successes)
            for operation in ordered:
                if operation.key in self.failures:
                    await self._again(operation)
            if len(self.successes) == before:
                break
        self._share_columns()
        for success in list(self.successes.values()):
            if len(success.acts) == 1:
                await learn_access(self._lab, success)
        await learn_matrix(self._lab, self.successes.values())

    def _share_columns(self) -> None:
        """What one operation confirmed by two values counts where another one saw a single value.

        A create is tried on the same base twice: the new row's number is the same both times.
        """
        known = {pair for s in self.successes.values() for pair in s.columns.items()}
        for success in self.successes.values():
            shared = {p: c for p, c in success.likely.items() if (p, c) in known}
            taken = set(success.columns.values())
            success.columns |= {p: c for p, c in shared.items() if c not in taken}

    async def _try(
        self, operation: Operation, made: Mapping[str, Made], *, prefer_made: bool = False
    ) -> None:
        found = await positive(self._lab, operation, made, prefer_made=prefer_made)
        await self._keep(operation, found, first=not made)

    async def _again(self, operation: Operation) -> None:
        """What failed alone: with rows that others make, or with what their answers give."""
        if self._made:
            await self._try(operation, self._made)
        if operation.key in self.failures and self._made:
            await self._try(operation, self._made, prefer_made=True)
        if operation.key in self.failures:
            found = await echo(self._lab, operation, list(self.successes.values()))
            if found is not None:
                success, acts, tried = found
                await self._keep(operation, succeeded_by(operation, success, acts, tried))

    async def _keep(
        self, operation: Operation, found: Success | Failure, *, first: bool = True
    ) -> None:
        if isinstance(found, Failure):
            if first or operation.key not in self.failures:
                self.failures[operation.key] = found
            return
        spoilt = await self._disables(found)
        if spoilt:
            why = f"{self._lab.said(found.tried.last)}; then {spoilt}"
            self.failures[operation.key] = Failure("a way back: it would end the run's cases", why)
            return
        self.successes[operation.key] = found
        self.failures.pop(operation.key, None)
        self._keep_list(found)
        made = made_by(found, self._lab)
        if made is None:
            return
        if made.table in self._made:
            last = msgspec.structs.replace(made.acts[-1], label=slug(operation))
            acts = (*made.acts[:-1], last)
            made = msgspec.structs.replace(made, label=last.label, acts=acts)
        self._made.setdefault(made.table, made)
        self._made.setdefault(made.collection, made)

    def _keep_list(self, success: Success) -> None:
        """What a list shows is what paths behind it can name."""
        operation = success.operation
        items = items_of(success.tried.answer, operation.path)
        if operation.method != "GET" or len(success.acts) > 1 or not items:
            return
        names = re.findall(r"\{([^{}/]+)\}", operation.path)
        path = success.acts[-1].request.get("path", {})
        if all(n in path for n in names):
            self._lab.listed.setdefault(
                shape(operation.path),
                Listed(
                    items=items,
                    path=tuple(path[n] for n in names),
                    keys=tuple(success.filled.keys.get(n) for n in names),
                    table=success.table,
                ),
            )

    async def _disables(self, success: Success) -> str:
        """Whether the identity or the system is of no use any more, by a read that succeeded before."""
        identity = success.identity
        if success.operation.method in SAFE_METHODS:
            if len(success.acts) == 1 and (identity != ANONYMOUS or not self._probes):
                self._probes.setdefault(identity, success.acts)
            return ""
        probe = self._probes.get(identity)
        if probe is None:
            return ""
        tried = await self._lab.attempt(probe)
        if tried.succeeded:
            return ""
        await self._lab.start_again()
        return self._lab.said(tried.last) if tried.last else tried.problem or "nothing answers"

    def unfilled(self) -> list[Unfilled]:
        """What is open, in the document's order."""
        return [
            Unfilled(operation=key, what=self.failures[key].what, why=self.failures[key].why)
            for key in self._lab.operations
            if key in self.failures
        ]

    async def entry(self, operation: Operation) -> dict[str, Any]:
        """The spec file's entry of an operation."""
        entry: dict[str, Any] = {"endpoint": operation.path, "method": operation.method}
        if operation.operation_id:
            entry["operationId"] = operation.operation_id
        success = self.successes.get(operation.key)
        if success is None:
            return entry
        if success.roles:
            entry["access"] = {"roles": success.roles, "learned": True}
        entry["expectedStatus"] = one(success.statuses)
        if success.effects:
            entry["effects"] = {
                "success": {
                    t: ops[0] if len(ops) == 1 else ops for t, ops in success.effects.items()
                }
            }
        trail = trails(self._lab) if operation.method not in SAFE_METHODS else ()
        if trail:
            error = {**dict.fromkeys(trail, "insert"), "reason": TRAIL}
            entry["effects"] = {**entry.get("effects", {}), "error": error}
        if success.columns:
            entry["columns"] = success.columns
        if most := self._lab.statements.get(operation.key):
            entry["budget"] = {"statements": most + max(_SLACK, most // 2), "learned": True}
        entry["cases"] = await self._cases(success)
        return entry

    async def _cases(self, success: Success) -> list[dict[str, Any]]:
        cases = [written_case(success.case, "positive", success.acts)]
        gone = await absence(self._lab, success)
        name = slug(success.operation)
        if gone is not None:
            cases.append(written_case(f"{name}-absent", "absence", [gone]))
        story = await life(self._lab, success, self.successes)
        if story is not None:
            cases.append(written_case(f"{name}-life", "sequence", story))
        return cases


def _depth(operation: Operation) -> int:
    """How many rows a path names: what makes the first comes before what needs it."""
    return operation.path.count("{")
