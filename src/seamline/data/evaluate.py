"""Rules over whole tables: one scan a table for all that one row can break, a query for each other rule."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, Protocol

import msgspec

from seamline.data.compile import Params, count_of, predicate, table_sql, violations
from seamline.data.rule import Rule
from seamline.errors import SeamlineError
from seamline.model.row import Row

SAMPLES = 5


class Reader(Protocol):
    """What evaluating needs of a database."""

    async def query(self, sql: str, params: dict[str, Any] | None = None) -> list[Row]:
        """Rows of a statement with named parameters."""
        ...


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule found: rows looked at, rows that break it, a few of them, or why it cannot run."""

    rule: Rule
    rows: int = 0
    violations: int = 0
    samples: tuple[Row, ...] = ()
    error: str = ""


async def whole(reader: Reader, rules: Sequence[Rule]) -> AsyncIterator[Result]:
    """Evaluate rules over all rows, table by table; proven ones cost nothing."""
    for _, group in groupby(rules, key=lambda r: r.table.name):
        mine = list(group)
        counted: dict[int, tuple[int, int]] = {}
        alone = [r for r in mine if not r.proven and predicate(r, Params()) is not None]
        if alone:
            counted = await _fused(reader, alone)
        for rule in mine:
            if rule.proven:
                yield Result(rule=rule)
            elif id(rule) in counted:
                yield await _counted(reader, rule, *counted[id(rule)])
            else:
                yield await _one(reader, rule)


async def _fused(reader: Reader, rules: list[Rule]) -> dict[int, tuple[int, int]]:
    """Rows and violations per rule from one scan; empty when it fails (then each is tried alone)."""
    params = Params()
    parts = [f"count(*) FILTER (WHERE {predicate(r, params)})" for r in rules]
    columns = ", ".join(f"{part} AS v{i}" for i, part in enumerate(parts))
    text = f"SELECT count(*) AS n, {columns} FROM {table_sql(rules[0].table)} _t"
    try:
        (row,) = await reader.query(text, params.values)
    except SeamlineError:
        return {}
    return {id(r): (row["n"], row[f"v{i}"]) for i, r in enumerate(rules)}


async def _counted(reader: Reader, rule: Rule, rows: int, broken: int) -> Result:
    """The result of a rule whose violations are counted, with a few of them."""
    samples: tuple[Row, ...] = ()
    if broken:
        params = Params()
        text = f"{violations(rule, params, table_sql(rule.table))} LIMIT {SAMPLES}"
        with suppress(SeamlineError):  # what was found counts, also where it cannot be shown
            samples = tuple(r["row"] for r in await reader.query(text, params.values))
    return Result(rule=rule, rows=rows, violations=broken, samples=samples)


async def _one(reader: Reader, rule: Rule) -> Result:
    params = Params()
    selected = violations(rule, params, table_sql(rule.table))
    text = (
        f"SELECT (SELECT count(*) FROM {table_sql(rule.table)}) AS n,"
        f" {count_of(rule, selected)} AS v"
    )
    try:
        (row,) = await reader.query(text, params.values)
    except SeamlineError as exc:
        return Result(rule=rule, error=str(exc))
    return await _counted(reader, rule, row["n"], row["v"])
