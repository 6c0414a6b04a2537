"""Which tables the document's operations write and show, and where the two contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.checks import Context
from seamline.checks.named_row import columns_for
from seamline.model.catalog import Catalog, Column, Table
from seamline.openapi.drift import (
    Drift,
    drift_of_address,
    drift_of_answer,
    drift_of_request,
    drift_within,
    left_null,
)
from seamline.openapi.drift.column import limits
from seamline.openapi.drift.field import by_name, names
from seamline.openapi.operation import Operation
from seamline.openapi.plain import answered, asked, item_of, list_of, plain, properties
from seamline.openapi.table.match import Match, match
from seamline.openapi.table.word import bare, table_words, words
from seamline.openapi.validate import BodySchemas
from seamline.rows.limit import Limit
from seamline.text.pointer import escape

_WRITES = ("POST", "PUT", "PATCH")
_ENOUGH = 0.5
"""The share of a request's properties that are columns, where nobody says what the request writes."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """The contradictions of each operation, and the tables between which nothing decides for others."""

    drifts: Mapping[str, tuple[Drift, ...]] = {}
    ambiguous: Mapping[str, tuple[str, ...]] = {}


def compared(contexts: Mapping[str, Context], schemas: BodySchemas, catalog: Catalog) -> Compared:
    """Hold the document against the catalog, in the order of document and rules."""
    known = {k: c.operation for k, c in contexts.items() if c.operation is not None}
    matches = match(known, schemas.document, catalog)
    finder = _Finder(schemas, catalog)
    return Compared(
        drifts={key: tuple(finder.of(contexts[key], matches[key])) for key in known},
        ambiguous={
            key: found.ambiguous
            for key, found in matches.items()
            if found.ambiguous and not _table(contexts[key], found)
        },
    )


class _Finder:
    def __init__(self, schemas: BodySchemas, catalog: Catalog) -> None:
        self._answers, self._catalog = schemas, catalog
        self._requests = BodySchemas(schemas.document, "request")
        self._named = {table_words(t.name) for t in catalog.tables}
        self._limits: dict[str, dict[str, Limit]] = {}

    def of(self, context: Context, found: Match) -> Iterator[Drift]:
        operation = context.operation
        table = self._catalog.by_name.get(_table(context, found) or "")
        if operation is None or table is None:
            return
        limit = self._limit(table)
        schema = asked(operation)
        is_written = operation.method in _WRITES and self._writes(context, table)
        if is_written and self._is_about(schema, table):
            columns = _columns(context, table, names(operation, self._requests.document))
            yield from drift_of_request(operation, self._requests, table, columns, limit)
            yield from self._within(operation, context, table)
        yield from self._shown(operation, context, table)
        addressed = _addressed(operation, table)
        yield from drift_of_address(operation, self._requests, table, addressed)

    def _limit(self, table: Table) -> dict[str, Limit]:
        if table.name not in self._limits:
            self._limits[table.name] = limits(table)
        return self._limits[table.name]

    def _within(self, operation: Operation, context: Context, table: Table) -> Iterator[Drift]:
        """Inside the body: also what becomes rows of tables that refer to this one, as the effects say."""
        children = {
            child.name: child
            for child in self._catalog.tables
            if "insert" in context.effects.get(child.name, ())
            and any(key.table == table.name for key in child.foreign_keys)
        }
        known = {name: self._limit(child) for name, child in children.items()}
        known[table.name] = self._limit(table)
        yield from drift_within(operation, self._requests, table, children, known)

    def _shown(self, operation: Operation, context: Context, table: Table) -> Iterator[Drift]:
        """What the answer may not show; that of pages is told where their items are answered alone."""
        document = self._answers.document
        schema = answered(operation, document)
        item, is_list = item_of(document, schema)
        is_page = is_list and plain(document, schema).get("type") != "array"
        if is_page or not self._is_about(item, table):
            return
        shown = tuple(properties(plain(document, item)))
        columns = by_name(table, shown) if is_list else _columns(context, table, shown)
        limit = self._limits[table.name]
        given = _columns(context, table, names(operation, document))
        for found in drift_of_answer(operation, self._answers, table, columns, limit):
            yield left_null(found, operation, self._requests, table, given)

    def _is_about(self, schema: Any, table: Table) -> bool:
        """Whether a schema is not named like another table."""
        ref = schema.get("$ref") if isinstance(schema, dict) else None
        name = ref.rpartition("/")[2] if isinstance(ref, str) else ""
        own = table_words(table.name)
        named = next((n for n in (words(name), bare(name)) if n in self._named), own)
        return named == own

    def _writes(self, context: Context, table: Table) -> bool:
        """Whether what the request carries goes into the table: as a person says, else as its names do."""
        if context.effects:
            return bool({"insert", "update"} & context.effects.get(table.name, frozenset()))
        assert context.operation is not None
        document = self._requests.document
        if list_of(document, answered(context.operation, document)) is not None:
            return False
        carried = names(context.operation, document)
        return bool(carried) and len(by_name(table, carried)) >= len(carried) * _ENOUGH


def _table(context: Context, found: Match) -> str | None:
    """The table that the files name by effects or columns, else the one that is matched."""
    if not context.effects and not context.columns:
        return found.table
    return context.resource or (found.table if found.table in context.effects else None)


def _addressed(operation: Operation, table: Table) -> dict[tuple[str, str], Column]:
    """The columns that parameters are compared with: the last of the path names a row, filters a column."""
    found: dict[tuple[str, str], Column] = {}
    in_path = [p.name for p in operation.parameters if p.place == "path"]
    if in_path and operation.path.rstrip("/").endswith(f"{{{in_path[-1]}}}"):
        columns = columns_for(in_path[-1], table)
        if len(columns) == 1:
            found["path", in_path[-1]] = table.by_column[next(iter(columns))]
    if operation.method == "GET":
        filters = tuple(p.name for p in operation.parameters if p.place == "query")
        found |= {("query", n): c for n, c in by_name(table, filters).items()}
    return found


def _columns(context: Context, table: Table, carried: tuple[str, ...]) -> dict[str, Column]:
    """The column of each property: as the files map it, else by its name."""
    columns = by_name(table, carried)
    for name in carried:
        place = context.columns.get(f"#/{escape(name)}")
        if place is None:
            continue
        columns.pop(name, None)
        if place.table == table.name and place.column in table.by_column:
            columns[name] = table.by_column[place.column]
    return columns
