"""Each kind of check finds its violation and is silent on the correct twin, over tables and over changes."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from ..engines.lab import Lab
from .world import cases, in_whole, rules_of

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE parents (id int PRIMARY KEY, a int, b text);
CREATE TABLE t (
    id int PRIMARY KEY, n int, m numeric(12,2), r real, f float8, s text, c char(3), v varchar(9),
    i citext, d date, ts timestamptz, ok boolean, mood mood, a int, b text, gone timestamptz
);
INSERT INTO parents VALUES (1, 1, 'x'), (2, 2, 'y');
INSERT INTO t (id) VALUES (900), (901);
"""

INSERT = "INSERT INTO t (id, {}) VALUES "
SQL = "SELECT t.id FROM t JOIN parents p ON p.id = t.n WHERE t.a > p.a"
UNKEYED = {"check": "sql", "name": "a", "violations": SQL}
KEYED = {**UNKEYED, "keyedBy": {"t": "t.id", "parents": "p.id"}}


def kind(check: dict[str, Any], columns: str, fine: str, wrong: str, count: int = 1) -> Any:
    """One check of `t`, rows that keep it and rows that break it."""
    return pytest.param(
        check,
        INSERT.format(columns) + fine,
        INSERT.format(columns) + wrong,
        count,
        id=f"{check['check']} {columns} {wrong}",
    )


def ranged(column: str, **bounds: Any) -> dict[str, Any]:
    return {"check": "range", "column": column, **bounds}


def one_of(column: str, *values: Any) -> dict[str, Any]:
    return {"check": "oneOf", "column": column, "values": list(values)}


KINDS = [
    kind({"check": "unique", "column": "n"}, "n", "(1, 1), (2, NULL), (3, NULL)", "(1, 1), (2, 1)", 2),
    kind({"check": "unique", "columns": ["n", "s"]}, "n, s",
         "(1, 1, 'a'), (2, 1, 'b'), (3, 1, NULL), (4, 1, NULL)",
         "(1, 1, 'a'), (2, 1, 'a'), (3, 1, 'a')", 3),
    kind({"check": "references", "column": "n", "table": "parents", "to": ["id"]}, "n",
         "(1, 1), (2, NULL)", "(1, 7)"),
    kind({"check": "references", "columns": ["a", "b"], "table": "parents", "to": ["a", "b"]}, "a, b",
         "(1, 1, 'x'), (2, 7, NULL), (3, NULL, 'z')", "(1, 1, 'y')"),
    kind({"check": "constraint", "expression": "n > 0 -- strictly"}, "n", "(1, 1), (2, NULL)", "(1, 0)"),
    kind({"check": "constraint", "expression": "s NOT LIKE '%x%'"}, "s", "(1, 'a%')", "(1, '_x_')"),
    kind(ranged("n", min=1, max=3), "n", "(1, 1), (2, 3), (3, NULL)", "(1, 0), (2, 4)", 2),
    kind(ranged("n", min=0.5), "n", "(1, 1)", "(1, 0)"),
    kind(ranged("m", max=0.3), "m", "(1, 0.30)", "(1, 0.31)"),
    kind(ranged("r", min=0.1, max=0.1), "r", "(1, 0.1)", "(1, 0.2)"),
    kind(ranged("f", min=0.1, max=0.1), "f", "(1, 0.1)", "(1, 'NaN')"),
    kind(ranged("d", min="2024-01-31"), "d", "(1, '2024-01-31')", "(1, '2024-01-30')"),
    kind(ranged("ts", max="2024-01-01T00:00:00Z"), "ts",
         "(1, '2024-01-01 02:00+02')", "(1, '2024-01-01 00:00:00.000001+00')"),
    kind(ranged("v", min="b"), "v", "(1, 'b')", "(1, 'a')"),
    kind({"check": "matches", "column": "s", "pattern": r"^\d+%?$"}, "s",
         "(1, '10%'), (2, NULL)", "(1, 'ten')"),
    kind({"check": "matches", "column": "n", "pattern": "^1"}, "n", "(1, 12)", "(1, 2)"),
    kind({"check": "length", "column": "s", "min": 2, "max": 3}, "s",
         "(1, 'éé'), (2, 'éé€'), (3, NULL)", "(1, 'é'), (2, 'éééé'), (3, '')", 3),
    kind({"check": "length", "column": "v", "min": 2, "max": 2}, "v", "(1, 'ab')", "(1, 'a')"),
    kind({"check": "length", "column": "c", "max": 2}, "c", "(1, 'ab')", "(1, 'abc')"),
    kind({"check": "length", "column": "mood", "max": 2}, "mood", "(1, 'ok')", "(1, 'sad')"),
    kind({"check": "notNull", "column": "n", "where": "id < 900 AND ok -- those"}, "n, ok",
         "(1, NULL, false), (2, 1, true), (3, NULL, NULL)", "(1, NULL, true)"),
    kind(ranged("n", min=1, where="s LIKE 'a%'"), "n, s", "(1, 0, 'b')", "(1, 0, 'ab')"),
    kind({"check": "unique", "column": "n", "where": "gone IS NULL"}, "n, gone",
         "(1, 1, NULL), (2, 1, '2024-01-01')", "(1, 1, NULL), (2, 1, NULL), (3, 1, '2024-01-01')", 2),
    kind({"check": "references", "column": "n", "table": "parents", "to": ["id"], "where": "a > 0"},
         "n, a", "(1, 7, 0), (2, 1, 1)", "(1, 7, 1)"),
    kind({"check": "equalSums", "sum": "m", "table": "parents", "equals": "a * 10", "by": ["n"],
          "to": ["id"], "where": "n = 2", "tableWhere": "id = 2"}, "n, m",
         "(1, 2, 20)", "(1, 2, 20), (2, 2, 0.01)"),
    kind({"check": "equalSums", "sum": "m", "table": "parents", "equals": "a * 10", "by": ["n"],
          "to": ["id"], "tableWhere": "id = 1", "within": 0.5}, "n, m",
         "(1, 1, 4), (2, 1, 5.5)", "(1, 1, 4), (2, 1, 5.4), (3, 9, 9)", 2),
    kind(one_of("n", 1, 2, None), "n", "(1, 1), (2, NULL)", "(1, 3)"),
    kind(one_of("m", 9.9, 1), "m", "(1, 9.90), (2, 1)", "(1, 9.91)"),
    kind(one_of("r", 0.1), "r", "(1, 0.1)", "(1, 0.3)"),
    kind(one_of("s", "a", "b%"), "s", "(1, 'a'), (2, 'b%'), (3, NULL)", "(1, 'A')"),
    kind(one_of("i", "a"), "i", "(1, 'A')", "(1, 'b')"),
    kind(one_of("c", "de"), "c", "(1, 'de')", "(1, 'fr')"),
    kind(one_of("v", "1", 2), "v", "(1, '1'), (2, '2')", "(1, '3')"),
    kind(one_of("ok", True), "ok", "(1, true), (2, NULL)", "(1, false)"),
    kind(one_of("mood", "ok", "no label"), "mood", "(1, 'ok')", "(1, 'sad')"),
    kind(one_of("d", "2024-02-29"), "d", "(1, '2024-02-29')", "(1, '2024-03-01')"),
    kind(one_of("n", None), "n", "(1, NULL)", "(1, 1)"),
    kind({"check": "ordered", "columns": ["n", "a", "id"]}, "n, a",
         "(5, 1, 1), (6, 1, NULL), (7, NULL, 7)", "(5, 2, 1), (6, 1, 7)", 2),
    kind(UNKEYED, "n, a", "(1, 1, 1), (2, 7, 9)", "(1, 1, 2), (2, 2, 3)", 2),
    kind(KEYED, "n, a", "(1, 1, 1), (2, 7, 9)", "(1, 1, 2), (2, 2, 3)", 2),
]  # fmt: skip


@pytest.mark.parametrize(("check", "fine", "wrong", "count"), KINDS)
async def test_a_check_finds_its_violation_and_nothing_else(
    database: Lab, check: dict[str, Any], fine: str, wrong: str, count: int
) -> None:
    await database.client.run(SCHEMA)
    rules = await rules_of(database, {"t": [check]})
    (rule,) = [r for r in rules if not r.proven]
    async with cases(database, rules) as run:
        assert await run.broken(fine) == []
        (result,) = await run.broken(wrong)
        assert (result.rule, result.violations, len(result.samples)) == (rule, count, count)
        assert run.changed.error_of(rule) == ""
        assert run.changed.looked_at_by(rule) > 0
    await database.client.run(fine)
    (silent,) = (await in_whole(database, rules)).values()
    assert (silent.violations, silent.error) == (0, "")
    await database.client.run("DELETE FROM t WHERE id < 900", wrong)
    (loud,) = (await in_whole(database, rules)).values()
    assert (loud.violations, loud.error) == (count, "")
    assert loud.samples
    where = check.get("where")
    assert loud.rows == 2 + wrong.partition("VALUES")[2].count("(") or where


async def test_a_null_is_found_where_the_database_allows_one(database: Lab) -> None:
    await database.client.run("CREATE TABLE t (id int PRIMARY KEY, n int)")
    rules = await rules_of(database, {"t": [{"check": "notNull", "column": "n"}]})
    async with cases(database, rules) as run:
        assert await run.broken("INSERT INTO t VALUES (1, 1)") == []
        (result,) = await run.broken("INSERT INTO t VALUES (1, NULL), (2, NULL)", undo=False)
        assert result.violations == 2
    assert (await in_whole(database, rules))["n is not null"].violations == 2


@pytest.mark.parametrize(("nulls", "broken"), [(29, 0), (30, 30)])
async def test_a_share_of_nulls_is_exact_at_its_limit(
    database: Lab, nulls: int, broken: int
) -> None:
    """0.29 * 100 is less than 29 in binary."""
    await database.client.run(
        "CREATE TABLE t (id int PRIMARY KEY, n int)",
        f"INSERT INTO t SELECT i, CASE WHEN i > {nulls} THEN i END FROM generate_series(1, 100) i",
    )
    check = {"check": "nullShare", "column": "n", "max": 0.29}
    (result,) = (await in_whole(database, await rules_of(database, {"t": [check]}))).values()
    assert (result.violations, result.rows) == (broken, 100)


async def test_an_empty_table_breaks_nothing(database: Lab) -> None:
    await database.client.run(SCHEMA, "DELETE FROM t; DELETE FROM parents")
    checks = [k.values[0] for k in KINDS if k.values[0] is not KEYED]
    checks.append({"check": "nullShare", "column": "n", "max": 0})
    results = await in_whole(database, await rules_of(database, {"t": checks}))
    assert {label: r for label, r in results.items() if r.violations or r.error} == {}


async def test_an_invalid_partial_index_counts_only_the_rows_that_it_covers(database: Lab) -> None:
    run = database.client.run
    await run(
        "CREATE TABLE t (id int PRIMARY KEY, n int, gone bool NOT NULL DEFAULT false, x int)",
        "INSERT INTO t VALUES (1, 1, false), (2, 1, false), (3, 2, false), (4, 2, true)",
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        await run("CREATE UNIQUE INDEX CONCURRENTLY live ON t (n) WHERE NOT gone")
    rules = await rules_of(database, {})
    ((label, result),) = (await in_whole(database, rules)).items()
    assert (label, result.violations) == ("n is unique where (NOT gone)", 2)
    async with cases(database, rules) as case:
        assert await case.broken("INSERT INTO t VALUES (5, 1, true), (6, 3, false)") == []
        assert await case.broken("UPDATE t SET x = 1 WHERE id > 2") == []
        (touched,) = await case.broken("UPDATE t SET x = 1 WHERE id = 2")
        assert touched.violations == 1


async def test_what_the_catalog_proves_is_never_asked(database: Lab) -> None:
    await database.client.run(
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p, n int UNIQUE CHECK (n > 0))",
    )

    class NoReader:
        async def query(self, sql: str, params: Any = None) -> Any:
            raise AssertionError(sql)

    rules = await rules_of(database, {"t": [{"check": "unique", "column": "n", "name": "mine"}]})
    assert {r.check for r in rules} == {"notNull", "unique", "references", "constraint"}
    assert all(r.proven for r in rules)
    assert [r.label for r in rules if r.origin != "the catalog"] == ["mine"]
    lab = Lab(database.server, NoReader(), database.client)  # type: ignore[arg-type]
    assert await in_whole(lab, rules) == {}


async def test_what_is_declared_not_valid_is_asked(database: Lab) -> None:
    await database.client.run(
        "CREATE TABLE p (id int PRIMARY KEY)",
        "CREATE TABLE t (id int PRIMARY KEY, p int, n int)",
        "INSERT INTO t VALUES (1, 7, -1)",
        "ALTER TABLE t ADD CONSTRAINT refers FOREIGN KEY (p) REFERENCES p NOT VALID",
        "ALTER TABLE t ADD CONSTRAINT positive CHECK (n > 0) NOT VALID",
    )
    results = await in_whole(database, await rules_of(database, {}))
    assert {label: r.violations for label, r in results.items()} == {
        "p references p(id)": 1,
        "positive: (n > 0)": 1,
    }


async def test_names_that_the_database_does_not_have_are_refused_all_at_once(database: Lab) -> None:
    await database.client.run("CREATE TABLE t (id int PRIMARY KEY, name text)")
    wrong: dict[str, list[dict[str, Any]]] = {
        "t": [
            {"check": "notNull", "column": "nmae"},
            {"check": "references", "column": "id", "table": "tt", "to": ["id"]},
            {"check": "references", "column": "id", "table": "t", "to": ["idd"]},
            {"check": "sql", "name": "a", "violations": "SELECT 1", "keyedBy": {"u": "id"}},
            {"check": "sql", "name": "b", "violations": "SELECT 1"},
            {"check": "sql", "name": "b", "violations": "SELECT 2"},
        ],
        "u": [],
    }
    with pytest.raises(Exception, match="nmae") as caught:
        await rules_of(database, wrong)
    assert str(caught.value).splitlines() == [
        "data.json: tables.t.checks[0].column: 'nmae' is no column of t. Did you mean 'name'?",
        "data.json: tables.t.checks[1].table: 'tt' is no table of the database. Did you mean 't'?",
        "data.json: tables.t.checks[2].to: 'idd' is no column of t. Did you mean 'id'?",
        "data.json: tables.t.checks[3].keyedBy: 'u' is no table of the database.",
        "data.json: tables.t.checks[5]: another check is called 'b' already",
        "data.json: tables.u: no such table in the database.",
    ]
