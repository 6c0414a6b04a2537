"""A table that is read in parts over several connections gives the results of one scan."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.data import scan
from seamline.data.evaluate import whole

from ..engines.lab import Lab
from .world import rules_of

CHECKS: list[dict[str, Any]] = [
    {"check": "notNull", "column": "n"},
    {"check": "range", "column": "n", "max": 2990},
    {"check": "oneOf", "column": "s", "values": ["ab", "cd"]},
    {"check": "matches", "column": "s", "pattern": "^[a-z]{2}$"},
    {"check": "length", "column": "s", "min": 2, "max": 2},
    {"check": "matches", "column": "p", "pattern": "^[x]{900}$"},
    {"check": "length", "column": "p", "min": 900, "max": 900},
    {"check": "unique", "columns": ["n"]},
    {"check": "unique", "columns": ["p"], "where": "n < 9"},
    {"check": "references", "columns": ["n"], "table": "o", "to": ["id"], "name": "known"},
    {"check": "references", "columns": ["n"], "table": "o", "to": ["id"], "where": "n % 2 = 0"},
    {"check": "constraint", "expression": "n / 1 > 0", "where": "n > 5"},
    {"check": "mean", "column": "n", "min": 1, "max": 2},
    {"check": "freshness", "column": "at", "maxAge": "1h"},
    {"check": "rowCount", "max": 10, "where": "n > 2000"},
    {"check": "constraint", "expression": "1 / (n - 77) < 5", "name": "divides"},
]


async def test_parts_add_up(database: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    await database.client.run(
        "CREATE TABLE o AS SELECT i AS id FROM generate_series(11, 2993) i",
        "CREATE TABLE t (n int, s text, p text, at timestamptz)",
        "INSERT INTO t SELECT nullif(i, 1500), CASE WHEN i = 2999 THEN 'xyz' ELSE 'ab' END,"
        " repeat('x', 900), now() - make_interval(days => i) FROM generate_series(1, 3000) i",
        "INSERT INTO t SELECT * FROM t WHERE n = 2",
    )
    rules = await rules_of(database, {"t": CHECKS})
    monkeypatch.setattr(scan, "_PART_PAGES", 16)
    async with database.database.snapshot(30) as snapshot:
        assert await snapshot.pages(rules[0].table) > 160
        parts = [r async for r in whole(snapshot, rules, wide=snapshot)]
        one = [r async for r in whole(snapshot, rules)]
    assert [(r.violations, r.rows, r.found, r.error) for r in parts] == [
        (r.violations, r.rows, r.found, r.error) for r in one
    ]
    assert [len(r.samples) for r in parts] == [len(r.samples) for r in one]
    by_label = {r.rule.label: r for r in parts}
    assert by_label["n is in range to 2990"].violations == 10
    assert by_label["known"].violations == 18
    assert {r["n"] for r in by_label["known"].samples} <= {*range(1, 11), *range(2994, 3001)}
    assert by_label["s has exactly 2 characters"].violations == 1
    assert by_label["divides"].error == "division by zero"
    assert all(r.samples for r in parts if r.broken and not r.rule.of_table)
