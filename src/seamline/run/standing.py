"""What the database holds right after an answer, for the entries of `reconcile` that speak of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from seamline.checks.context import Context
from seamline.checks.reconciled import items_shown, sent, window_of
from seamline.data.compile import Params, equals, table_sql
from seamline.data.reconcile import (
    GIVEN,
    Entry,
    IdentityRows,
    as_key,
    entries_of,
    page_bounds,
    placeholder,
    trial,
)
from seamline.engines.protocol import Database
from seamline.errors import SeamlineError, SpecError
from seamline.model.catalog import Catalog
from seamline.model.exchange import Exchange, Standing, StandingRow
from seamline.model.row import Row
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.run.noise import Noise
from seamline.spec.data import DataFramework
from seamline.spec.loader import placed
from seamline.spec.position import KeyPath, Problem, path_text
from seamline.text.pointer import ABSENT, at_pointer

_MOST = 200
"""Items of one answer that are looked up; of longer lists nothing is said."""


class Standings:
    """Asks one question an answer for each entry of its operation, and none for other operations."""

    def __init__(
        self, entries: Sequence[Entry], identities: IdentityRows, catalog: Catalog
    ) -> None:
        self._identities, self._catalog = identities, catalog
        self._types: dict[int, dict[str, str]] = {}
        self._statements: dict[tuple[int, str], tuple[str, dict[str, Any]]] = {}
        self._by_operation: dict[str, list[Entry]] = {}
        self.errors: dict[tuple[str, str], str] = {}
        for entry in entries:
            self._by_operation.setdefault(entry.said.operation, []).append(entry)

    def of(self, operation: str) -> list[Entry]:
        """The operation's entries, in the order of the file."""
        return self._by_operation.get(operation, [])

    async def tried(self, database: Database) -> list[Problem]:
        """Let the database read every statement once, and say of which type each computed value is."""
        problems: list[Problem] = []
        for entry in (e for entries in self._by_operation.values() for e in entries):
            who = self._anybody(entry)
            if who is None:
                continue
            me, params = self._me(who)
            text, empty = trial(entry, me)
            try:
                (row,) = await database.query(text, {**empty, **params}) or [{}]
                self._types[entry.number] = {
                    p: row[f"t{n}"] for n, p in enumerate(entry.computed) if row.get(f"t{n}")
                }
                asked = f"SELECT * FROM (\n{entry.statement(me)}\n) _seam_q LIMIT 0"
                await database.query(asked, {**empty, **params})
            except SeamlineError as exc:
                problem = f"the database does not take this SQL: {str(exc).splitlines()[0]}"
                keys = await self._culprit(database, entry, me, params)
                path: KeyPath = ("reconcile", entry.number, *keys)
                problems.append(Problem(path=path, text=problem))
        return problems

    async def _culprit(
        self, database: Database, entry: Entry, me: str, params: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """Where the text stands that fails alone."""
        for keys, only in entry.alone():
            text, empty = trial(only, me)
            try:
                await database.query(text, {**empty, **params})
            except SeamlineError:
                return keys
        return ()

    def _anybody(self, entry: Entry) -> str | None:
        """An identity whose row has what the entry asks of a caller; any name where it asks nothing."""
        wanted = [name for of, name in entry.names() if of == "identity"]
        if not wanted:
            return ""
        return next((i for i in self._identities if not self._lacks(i, wanted)), None)

    def _lacks(self, identity: str, wanted: Sequence[str]) -> bool:
        table, _ = self._identities.get(identity, ("", {}))
        known = self._catalog.by_name.get(table)
        return known is None or any(name not in known.by_column for name in wanted)

    def _me(self, identity: str) -> tuple[str, dict[str, Any]]:
        """The caller's row as a FROM item."""
        if identity not in self._identities:
            return "", {}
        table, where = self._identities[identity]
        known = self._catalog.by_name.get(table)
        if known is None:
            return "", {}
        params = Params()
        condition = " AND ".join(equals(c, v, params) for c, v in where.items()) or "true"
        text = f"(SELECT * FROM {table_sql(known)} WHERE {condition} LIMIT 1) _me"
        return text, dict(params.values)

    async def after(
        self,
        database: Database,
        x: Exchange,
        context: Context,
        path: Mapping[str, Any],
        noise: Noise,
    ) -> tuple[Standing, ...]:
        """What stands there for each entry of the exchange's operation."""
        found = []
        for index, entry in enumerate(self.of(x.operation)):
            standing = await self._one(database, entry, x, context, path, noise)
            found.append(msgspec.structs.replace(standing, entry=index))
        return tuple(found)

    async def _one(
        self,
        database: Database,
        entry: Entry,
        x: Exchange,
        context: Context,
        path: Mapping[str, Any],
        noise: Noise,
    ) -> Standing:
        items = items_shown(x, entry.said)
        params = _parameters(entry, x, context, path)
        wanted = [name for of, name in entry.names() if of == "identity"]
        if entry.table.name in noise.tables:
            return Standing(entry=0, error=f"others write {entry.table.name} all the time")
        if items is None or len(items) > _MOST:
            return Standing(entry=0, error="no list of objects, or one of too many")
        if wanted and self._lacks(x.identity, wanted):
            return Standing(entry=0, error=f"no row is known that stands for {x.identity}")
        if isinstance(params, str):
            return Standing(entry=0, error=params)
        keys = _keys(entry, items)
        if isinstance(keys, str):
            return Standing(entry=0, error=keys)
        statement = self._statements.get((entry.number, x.identity))
        if statement is None:
            me, own = self._me(x.identity)
            statement = (entry.statement(me), own)
            self._statements[entry.number, x.identity] = statement
        bounds = page_bounds(window_of(x, context.operation))
        try:
            rows = await database.query(statement[0], {**statement[1], **params, **keys, **bounds})
        except SeamlineError as exc:
            said = str(exc).splitlines()[0]
            if x.twist is None:  # what a derived request asks for may be no value of the column
                self.errors.setdefault((entry.table.name, x.operation), said)
            return Standing(entry=0, error=f"the database could not be asked: {said}")
        return self._told(entry, rows, noise)

    def _told(self, entry: Entry, rows: Sequence[Row], noise: Noise) -> Standing:
        """The answer of the database, without columns that say nothing."""
        pointers = {
            f"f{n}": pointer
            for n, (pointer, column) in enumerate(entry.said.columns.items())
            if not isinstance(column, str) or not noise.covers(entry.table.name, column)
        }
        return Standing(
            entry=0,
            rows=tuple(
                StandingRow(
                    item=row["n"],
                    key=row["k"] or {},
                    values={p: row["v"][name] for name, p in pointers.items()},
                    shown=row["shown"],
                    low=row["low"],
                    high=row["high"],
                )
                for row in rows
                if row["n"] is not None
            ),
            count=next((r["total"] for r in rows if r["total"] is not None), None),
            missing=tuple(r["k"] for r in rows if r["n"] is None and r["k"] is not None),
            types=self._types.get(entry.number, {}),
        )


def _parameters(
    entry: Entry, x: Exchange, context: Context, path: Mapping[str, Any]
) -> dict[str, Any] | str:
    """The values of named parameters, or why there are none."""
    query = dict(sent(x))
    known = context.operation.parameters if context.operation is not None else ()
    defaults = {p.name: p.schema.get("default") for p in known if isinstance(p.schema, dict)}
    found: dict[str, Any] = {}
    for of, name in entry.names():
        if of == "identity":
            continue
        value = path.get(name) if of == "path" else query.get(name, defaults.get(name))
        if isinstance(value, dict | list):
            return f"{name} is no single value"
        text = None if value is None else _text(value)
        if text is not None and not entry.takes(of, name, text):
            return f"{name} is not of its documented type"
        found |= dict.fromkeys((placeholder(of, name), placeholder(of, name) + GIVEN), text)
    return found


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys(entry: Entry, items: Sequence[Row]) -> dict[str, Any] | str:
    """What the items say of their rows' keys, as parameters; items that say nothing are left out."""
    table, columns = entry.table, entry.key.columns
    named: list[Row] = []
    for number, item in enumerate(items):
        row: Row = {}
        for column, pointer in columns.items():
            value = at_pointer(item, pointer)
            if value is ABSENT or value is None:
                break
            row[column] = as_key(value, table.by_column[column].base)
            if row[column] is None:
                return f"{pointer} is written otherwise than {table.name}.{column}"
        else:
            named.append({"_seam_n": number, **row})
    if entry.said.each is not None:
        return {"items": msgspec.json.encode(named).decode()}
    if not named:
        return f"the answer does not say which row of {table.name} it is of"
    return {f"key{n}": str(named[0][c]) for n, c in enumerate(columns)}


async def standings(
    framework: DataFramework,
    label: str,
    source: Path | None,
    catalog: Catalog,
    operations: Mapping[str, Operation],
    document: Document | None,
    identities: IdentityRows,
    database: Database,
) -> Standings | None:
    """What asks, for a data file that was read from `source`; None where it has no entry.

    Raises `SpecError` with every entry that names what is not there, or whose SQL the database refuses.
    """
    if not framework.reconcile:
        return None
    named = dict.fromkeys(table for table, _ in identities.values())
    people = [catalog.by_name[t] for t in named if t in catalog.by_name]
    entries, problems = entries_of(framework, catalog, operations, document, people)
    asking = Standings(entries, identities, catalog)
    problems += await asking.tried(database)
    if problems and source is not None:
        raise SpecError(placed(source, problems))
    if problems:
        raise SpecError([f"{label}: {path_text(p.path)}: {p.text}" for p in problems])
    return asking
