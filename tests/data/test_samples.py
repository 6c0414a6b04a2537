"""Rows shown for rules that failed, and rules that need no looking at."""

from __future__ import annotations

from typing import Any

from seamline.data.evaluate import Result

from ..engines.lab import Lab
from .world import in_whole, rules_of


def ids(result: Result, key: str = "id") -> list[int]:
    return sorted(row[key] for row in result.samples)


async def test_rules_that_few_rows_break_are_each_shown_their_own(database: Lab) -> None:
    await database.client.run(
        "CREATE TABLE t (id int, a text, b int, c int)",
        "INSERT INTO t SELECT n, 'x', 1, 1 FROM generate_series(1, 500) n",
        "UPDATE t SET a = 'bad' WHERE id IN (7, 9)",
        "UPDATE t SET b = -1 WHERE id IN (9, 11, 12, 13, 14, 15, 16)",
        "UPDATE t SET c = NULL WHERE id > 100",
    )
    checks: list[dict[str, Any]] = [
        {"check": "oneOf", "column": "a", "values": ["x"], "name": "a"},
        {"check": "range", "column": "b", "min": 0, "name": "b"},
        {"check": "notNull", "column": "c", "name": "c"},
    ]
    found = await in_whole(database, await rules_of(database, {"t": checks}))
    assert {n: r.violations for n, r in found.items()} == {"a": 2, "b": 7, "c": 400}
    assert ids(found["a"]) == [7, 9]
    assert len(ids(found["b"])) == 5
    assert set(ids(found["b"])) <= {9, 11, 12, 13, 14, 15, 16}
    assert len(ids(found["c"])) == 5
    assert min(ids(found["c"])) > 100


async def test_values_that_repeat_are_counted_and_shown(database: Lab) -> None:
    await database.client.run(
        "CREATE TABLE t (id int, a text)",
        "INSERT INTO t SELECT n, 'x' || n FROM generate_series(1, 50) n",
        "UPDATE t SET a = 'x1' WHERE id IN (2, 3)",
    )
    checks = [{"check": "unique", "columns": ["a"], "name": "a"}]
    (result,) = (await in_whole(database, await rules_of(database, {"t": checks}))).values()
    assert (result.violations, [r["a"] for r in result.samples]) == (3, ["x1"])


async def test_texts_that_are_equal_in_other_bytes_repeat(database: Lab) -> None:
    await database.client.run(
        "CREATE COLLATION plain (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE TABLE t (id int, a text COLLATE plain, b text)",
        "INSERT INTO t VALUES (1, 'Ann', 'Ann'), (2, 'ann', 'ann')",
    )
    checks = [{"check": "unique", "columns": [c], "name": c} for c in ("a", "b")]
    found = await in_whole(database, await rules_of(database, {"t": checks}))
    assert {n: r.violations for n, r in found.items()} == {"a": 2, "b": 0}


async def test_what_a_proven_rule_implies_is_proven_with_it(database: Lab) -> None:
    await database.client.run(
        "CREATE TABLE t (id int, a text CHECK (a ~ '^[0-9]{5}$'), b text, c text)",
        "ALTER TABLE t ADD CHECK (b ~ '^[0-9]{5}$') NOT VALID",
    )
    checks = [
        {"check": kind, "column": c, "name": f"{kind} {c}", **more}
        for c in ("a", "b", "c")
        for kind, more in (
            ("matches", {"pattern": "^[0-9]{5}$"}),
            ("length", {"min": 5, "max": 5}),
        )
    ]
    rules = {r.label: r.proven for r in await rules_of(database, {"t": checks})}
    assert rules["length a"] == rules["matches a"] != ""
    assert {rules[f"{k} {c}"] for k in ("matches", "length") for c in ("b", "c")} == {""}
