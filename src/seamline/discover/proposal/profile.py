"""What a table's rows look like: how many, and per column how full, how distinct, how low."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from seamline.data.compile import quote, table_sql
from seamline.data.scan import Reader
from seamline.model.catalog import Catalog, Column, Table
from seamline.model.row import Row
from seamline.model.vocabulary import Severity

ENOUGH = 20
"""Rows that must bear something out; fewer agree by chance."""
_LOOKED_AT = 100_000
"""Rows by which to guess; what is guessed is then held against all."""
_FEW = 8
KIND = re.compile(r"(?:^|_)(?:status|state|stage|type|kind|role|method|level|phase|severity|tier)$")
"""Names of columns that hold one of few words."""
TEXTS = frozenset({"text", "character varying", "character", "citext"})
INTEGERS = frozenset({"smallint", "integer", "bigint"})
NUMBERS = INTEGERS | {"numeric", "real", "double precision"}
_COMPARED = TEXTS | NUMBERS | {"uuid"}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """One column: rows that have a value, distinct ones, the least number, the few words of a kind."""

    filled: int
    distinct: int = 0
    least: Decimal | None = None
    values: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A table with its number of rows, facts by column, and rows that the system itself wrote."""

    table: Table
    rows: int
    columns: Mapping[str, Facts]
    written: Sequence[Row] = ()

    def open_columns(self, bases: frozenset[str]) -> Iterator[tuple[Column, Facts]]:
        """Columns of these types of which the catalog says nothing: no key, no CHECK, no enum."""
        keys = {*self.table.primary_key, *(c for k in self.table.foreign_keys for c in k.columns)}
        for column in self.table.columns:
            said = any(column.name in c.expression for c in self.table.checks)
            if column.base in bases and column.name not in keys and not column.enum and not said:
                yield column, self.columns[column.name]


Proposal = dict[str, Any]
"""A check as the data file has it."""
Proposer = Callable[[Profile, Catalog], Iterator[Proposal]]


def proposal(kind: str, rows: int, *, severity: Severity = "info", **keys: Any) -> Proposal:
    """A check that so many rows are said to bear out."""
    derived = {"rows": rows, "violations": 0}
    return {"check": kind, **keys, "severity": severity, "derived": derived}


async def profile(reader: Reader, table: Table, written: Sequence[Row] = ()) -> Profile:
    """Look at a table: one statement, and one more for each column of kinds."""
    source = f"(SELECT * FROM {table_sql(table)} LIMIT {_LOOKED_AT})"
    parts = ["count(*) AS n"]
    for i, column in enumerate(table.columns):
        name = quote(column.name)
        parts.append(f"count({name}) AS f{i}")
        if column.base in _COMPARED:
            parts.append(f"count(DISTINCT {name}) AS d{i}")
        if column.base in NUMBERS:
            parts.append(f"min({name})::numeric AS m{i}")
    (row,) = await reader.query(f"SELECT {', '.join(parts)} FROM {source} _s")
    columns = {}
    for i, column in enumerate(table.columns):
        distinct = row.get(f"d{i}", 0)
        values: tuple[str, ...] = ()
        is_kind = column.base in TEXTS and KIND.search(column.name) is not None
        if is_kind and 0 < distinct <= _FEW and row[f"f{i}"] >= ENOUGH:
            values = await _values(reader, source, column.name)
        columns[column.name] = Facts(
            filled=row[f"f{i}"], distinct=distinct, least=_finite(row.get(f"m{i}")), values=values
        )
    return Profile(table=table, rows=row["n"], columns=columns, written=written)


async def _values(reader: Reader, source: str, column: str) -> tuple[str, ...]:
    name = quote(column)
    text = f"SELECT DISTINCT {name}::text AS v FROM {source} _s WHERE {name} IS NOT NULL"
    return tuple(sorted(r["v"] for r in await reader.query(text)))


def _finite(value: Any) -> Decimal | None:
    number = Decimal(str(value)) if value is not None else None
    return number if number is not None and number.is_finite() else None
