"""Generated tables and checks: PostgreSQL and DuckDB give the verdicts of a naive evaluator, row by row."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamline.data.declared import declared, without_twins
from seamline.data.derive import derived
from seamline.data.dialect import dialect_for
from seamline.data.evaluate import whole
from seamline.engines.duckdb.files import open_files
from seamline.engines.protocol import Server, Snapshot
from seamline.spec.data import DataFramework

from ..engines.lab import Lab, open_lab

Rows = list[dict[str, Any]]
COLUMNS = "id int, n int, o int, m numeric(8,2), s text, p int"
NUMBERS = [None, -3, 0, 1, 2, 5, 1000]
TEXTS = [None, "", "a", "ab", "AB", "é€", "a b", "x\ny", "100%", "o'c", "abcdef"]
AMOUNTS = [None, "0", "0.10", "1.5", "-2.25", "99999.99"]
PATTERNS = ["^[a-z]{2}$", "b", "^a", "^.*$", "[0-9]+%", "^[A-Za-z]{1,6}$", "^$"]

ROW = st.tuples(*(st.sampled_from(v) for v in (NUMBERS, NUMBERS, AMOUNTS, TEXTS, NUMBERS)))
NUMBER = st.sampled_from([v for v in NUMBERS if v is not None])
SUBSET = st.lists(st.sampled_from(TEXTS[1:]), min_size=1, max_size=4, unique=True)
WHERE = st.sampled_from([{}, {}, {"where": "n > 0"}, {"where": "s IS NOT NULL"}])


def bounds(low: Any, high: Any) -> dict[str, Any]:
    return {"min": min(low, high), "max": max(low, high)}


BOUNDS = st.builds(bounds, NUMBER, NUMBER)
SHARES = st.builds(bounds, *[st.sampled_from([0, 0.25, 0.5, 1])] * 2)
LENGTHS = st.builds(bounds, *[st.integers(0, 6)] * 2)
NUMERIC = st.sampled_from(["n", "o", "m"])


def kind(name: str, *parts: Any, **keys: Any) -> Any:
    given_ = st.fixed_dictionaries({"check": st.just(name), **keys})
    return st.tuples(given_, *parts).map(merged)


def merged(parts: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    return {k: v for part in parts for k, v in part.items()}


CHECK = st.one_of(
    kind("notNull", WHERE, column=st.sampled_from(["n", "m", "s"])),
    kind("range", BOUNDS, WHERE, column=NUMERIC),
    kind("length", LENGTHS, WHERE, column=st.just("s")),
    kind("matches", WHERE, column=st.just("s"), pattern=st.sampled_from(PATTERNS)),
    kind("oneOf", WHERE, column=st.just("s"), values=SUBSET),
    kind("oneOf", WHERE, column=st.just("n"), values=st.lists(NUMBER, min_size=1, max_size=3)),
    kind("unique", WHERE, columns=st.sampled_from([["n"], ["s"], ["n", "s"], ["id"]])),
    kind("references", WHERE, column=st.just("p"), table=st.just("u"), to=st.just(["id"])),
    kind("ordered", WHERE, columns=st.sampled_from([["n", "o"], ["id", "n", "o"]])),
    kind("nullShare", SHARES, WHERE, column=st.sampled_from(["n", "s"])),
    kind("rowCount", BOUNDS.filter(lambda b: b["min"] >= 0), WHERE),
    kind("mean", BOUNDS, WHERE, column=NUMERIC),
    kind("quantile", BOUNDS, WHERE, column=NUMERIC, at=st.sampled_from([0, 0.25, 0.5, 1])),
    kind("equalSums", WHERE, sum=st.just("n"), table=st.just("u"), equals=st.just("n"),
         by=st.just(["p"]), to=st.just(["id"])),
)  # fmt: skip


def naive(check: dict[str, Any], t: Rows, u: Rows) -> int | bool:
    """How many rows break the check; of what all rows amount to, whether it is broken."""
    match check.get("where"):
        case "n > 0":
            rows = [r for r in t if (r["n"] or 0) > 0]
        case "s IS NOT NULL":
            rows = [r for r in t if r["s"] is not None]
        case _:
            rows = t
    low, high = check.get("min"), check.get("max")
    name = check.get("column", "")
    values = [r[name] for r in rows if name and r[name] is not None]

    def out(value: Any) -> bool:
        return bool(value < low or value > high)

    match check["check"]:
        case "notNull":
            return len(rows) - len(values)
        case "range":
            return sum(map(out, values))
        case "length":
            return sum(out(len(v)) for v in values)
        case "matches":
            return sum(re.search(check["pattern"] + "(?!\n)", v, re.DOTALL) is None for v in values)
        case "oneOf":
            return sum(v not in check["values"] for v in values)
        case "unique":
            keys = [tuple(r[c] for c in check["columns"]) for r in rows]
            return sum(n for k, n in Counter(keys).items() if n > 1 and None not in k)
        case "references":
            return sum(v not in {r["id"] for r in u} for v in values)
        case "ordered":
            pairs = list(zip(check["columns"], check["columns"][1:], strict=False))
            return sum(any(_more(r[a], r[b]) for a, b in pairs) for r in rows)
        case "nullShare":
            return bool(rows) and out((len(rows) - len(values)) / len(rows))
        case "rowCount":
            return out(len(rows))
        case "mean":
            return bool(values) and out(sum(map(Decimal, values)) / len(values))
        case "quantile":
            at = max(1, math.ceil(check["at"] * len(values))) - 1
            return bool(values) and out(sorted(values)[at])
    sums: Counter[int] = Counter()
    for r in rows:
        sums[r["p"]] += r["n"] or 0
    for r in u:
        sums[r["id"]] -= r["n"] or 0
    return sum(n != 0 for k, n in sums.items() if k is not None)


def _more(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one > other


def typed(rows: list[tuple[Any, ...]]) -> Rows:
    return [
        {"id": i % 5 + i // 5, "n": n, "o": o, "m": Decimal(m) if m else None, "s": s, "p": p}
        for i, (n, o, m, s, p) in enumerate(rows)
    ]


def literal(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else text


def inserts(t: Rows, u: Rows) -> list[str]:
    return [
        f"INSERT INTO {name} VALUES "
        + ", ".join(f"({', '.join(map(literal, r.values()))})" for r in rows)
        for name, rows in (("t", t), ("u", u))
        if rows
    ]


async def verdicts(snapshot: Snapshot, checks: list[dict[str, Any]]) -> list[int | bool]:
    named = [{**c, "name": str(i)} for i, c in enumerate(checks)]
    framework = msgspec.convert({"tables": {"t": {"checks": named}}}, DataFramework)
    catalog = await snapshot.catalog()
    rules = without_twins(derived(catalog), declared(framework, catalog, "data.json"))
    found: dict[str, int | bool] = {}
    async for result in whole(snapshot, rules, dialect=dialect_for(snapshot.engine)):
        assert result.error == "", result
        broken = result.broken if result.rule.of_table else result.violations
        found[result.rule.label] = broken
        assert len(result.samples) <= 5
    # Of twins only the first is kept.
    first = {alike(c): str(i) for i, c in reversed(list(enumerate(checks)))}
    return [found.get(str(i), found.get(first[alike(c)], -1)) for i, c in enumerate(checks)]


def alike(check: dict[str, Any]) -> str:
    return repr(sorted(check.items()))


CASES = {
    "rows": st.lists(ROW, max_size=12).map(typed),
    "others": st.lists(st.tuples(st.integers(-3, 5), NUMBER), max_size=4, unique_by=lambda r: r[0]),
    "checks": st.lists(CHECK, min_size=1, max_size=10, unique_by=alike),
}
SETTINGS = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@pytest.fixture(scope="module")
async def both(pg_server: Server) -> AsyncIterator[Lab]:
    async for lab in open_lab(pg_server):
        await lab.client.run(f"CREATE TABLE t ({COLUMNS})", "CREATE TABLE u (id int, n int)")
        yield lab


@SETTINGS
@given(**CASES)
async def test_postgresql_says_what_the_naive_evaluator_says(
    both: Lab, rows: Rows, others: list[tuple[int, int]], checks: list[dict[str, Any]]
) -> None:
    u: Rows = [{"id": i, "n": n} for i, n in others]
    await both.client.run("TRUNCATE t, u", *inserts(rows, u))
    async with both.database.snapshot(9) as snapshot:
        assert await verdicts(snapshot, checks) == [naive(c, rows, u) for c in checks]


@SETTINGS
@given(**CASES)
async def test_duckdb_says_what_the_naive_evaluator_says(
    tmp_path_factory: pytest.TempPathFactory,
    rows: Rows,
    others: list[tuple[int, int]],
    checks: list[dict[str, Any]],
) -> None:
    u: Rows = [{"id": i, "n": n} for i, n in others]
    folder: Path = tmp_path_factory.mktemp("files")
    with duckdb.connect(":memory:") as made:
        made.execute(f"CREATE TABLE t ({COLUMNS}); CREATE TABLE u (id int, n int)")
        for text in inserts(rows, u):
            made.execute(text)
        for name in ("t", "u"):
            made.execute(f"COPY {name} TO '{folder / name}.parquet'")
    async with open_files(folder, check_s=9) as snapshot:
        assert await verdicts(snapshot, checks) == [naive(c, rows, u) for c in checks]
