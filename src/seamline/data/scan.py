"""One scan of a table for many rules: whole or in parts over connections, by halves where it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from seamline.data.aggregate import Term, Verdict, folded, terms, verdict
from seamline.data.compile import Params, table_sql
from seamline.data.dialect import Dialect
from seamline.data.rule import Rule
from seamline.errors import ConnectionLost, SeamlineError
from seamline.model.catalog import Table
from seamline.model.row import Row

_PART_PAGES = 4096
"""32 MB: parts are many enough to share out, and samples need few of them."""


class Reader(Protocol):
    """What evaluating needs of a database."""

    async def query(self, sql: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of a statement with named parameters. Raises `TargetError`."""
        ...


class Wide(Protocol):
    """What reading a large table in parts needs of a database.

    `pages` is how many pages of 8 kB a table has, 0 where it cannot be read in parts; `together` sends
    statements over several connections that see one state, and raises what the first one raises.
    """

    async def pages(self, table: Table) -> int: ...
    async def together(
        self, statements: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> list[list[Row]]: ...


class Scanned(msgspec.Struct):
    """What a scan found: the number of rows, by rule (its `id`) its verdict or why there is none.

    `places` are, for rules of single rows in a table that was read in parts, conditions of the parts
    that hold rows which break it, each with their number. `error` says why the table cannot be read at all.
    """

    rows: int = 0
    verdicts: dict[int, Verdict] = {}
    errors: dict[int, str] = {}
    places: dict[int, list[tuple[str, int]]] = {}
    error: str = ""

    def add(self, other: Scanned) -> None:
        """Take over what another scan of the same table found."""
        self.verdicts |= other.verdicts
        self.errors |= other.errors
        self.places |= other.places


class Scan:
    """Scans of one table."""

    def __init__(self, reader: Reader, table: Table, dialect: Dialect, wide: Wide | None) -> None:
        self._reader = reader
        self._table = table
        self._dialect = dialect
        self._wide = wide
        self._parts: list[str] | None = None
        self.has_places = False
        """Whether each row has a place, its `ctid`, by which it is found at once."""

    async def read(self, rules: Sequence[Rule]) -> Scanned:
        """What the rules find; each that cannot be evaluated keeps no other from it."""
        scanned = Scanned()
        try:
            if self._parts is None:
                self._parts = await self._split()
            await self._fused(rules, scanned)
        except ConnectionLost:
            raise
        except SeamlineError:
            try:
                await self._reader.query(f"SELECT 1 AS one FROM {table_sql(self._table)} LIMIT 1")
            except ConnectionLost:
                raise
            except SeamlineError as exc:  # the table cannot be read: it is no rule that is wrong
                scanned.error = str(exc)
            else:
                await self._by_halves(rules, scanned)
        return scanned

    async def _split(self) -> list[str]:
        """Conditions of the parts that the table is read in; none where it is read as one."""
        pages = await self._wide.pages(self._table) if self._wide is not None else 0
        self.has_places = pages > 0
        if pages <= _PART_PAGES:
            return []
        edges = list(range(0, pages, _PART_PAGES))
        first = [f"_t.ctid >= '({a},0)'::tid" for a in edges]
        behind = [f" AND _t.ctid < '({b},0)'::tid" for b in edges[1:]]
        return [a + b for a, b in zip(first, [*behind, ""], strict=True)]

    async def _by_halves(self, rules: Sequence[Rule], scanned: Scanned) -> None:
        """Find the rules by which a scan fails, with as few scans as that takes."""
        middle = len(rules) // 2
        for half in (rules[:middle], rules[middle:]):
            try:
                await self._fused(half, scanned)
            except ConnectionLost:
                raise
            except SeamlineError as exc:
                if len(half) == 1:
                    scanned.errors[id(half[0])] = str(exc)
                elif half:
                    await self._by_halves(half, scanned)
                else:
                    raise

    async def _fused(self, rules: Sequence[Rule], scanned: Scanned) -> None:
        params = Params(dialect=self._dialect)
        wanted = [(rule, terms(rule, params)) for rule in rules]
        columns = [Term(sql="count(*)"), *(t for _, mine in wanted for t in mine)]
        listed = ", ".join(f"{t.sql} AS v{i}" for i, t in enumerate(columns))
        text = f"SELECT {listed} FROM {table_sql(self._table)} _t"
        parts = self._parts or []
        if parts and self._wide is not None:
            texts = [(f"{text} WHERE {part}", params.values) for part in parts]
            rows = [row for (row,) in await self._wide.together(texts)]
        else:
            rows = await self._reader.query(text, params.values)
        by_part = [[row[f"v{i}"] for i in range(len(columns))] for row in rows]
        values = [folded(t, v) for t, v in zip(columns, zip(*by_part, strict=True), strict=True)]
        scanned.rows = values[0]
        at = 1
        for rule, mine in wanted:
            scanned.verdicts[id(rule)] = verdict(rule, values[at : at + len(mine)])
            if parts and not rule.of_table:
                holding = [(p, row[at]) for p, row in zip(parts, by_part, strict=True) if row[at]]
                scanned.places[id(rule)] = holding
            at += len(mine)
