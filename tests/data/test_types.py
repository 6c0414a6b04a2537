"""Values and keys of every type reach a rule as they stand in the row."""

from __future__ import annotations

from typing import Any

import pytest

from ..engines.lab import Lab
from .world import cases, rules_of

TYPES = {
    "numeric": ["123456789012345678901234567890.123456789012345678901", "'NaN'", "1e300"],
    "numeric(3, -2)": ["12345"],
    "bigint": ["9223372036854775807"],
    "float8": ["0.1::float8 + 0.2", "'-Infinity'", "5e-324"],
    "real": ["0.1"],
    "timestamptz": ["'0044-03-15 12:00:00.123456+00:19:32 BC'", "'infinity'"],
    "timestamp": ["'294276-12-31 23:59:59.999999'"],
    "interval": ["'1 year -3 days 00:00:00.000001'"],
    "date": ["'5874897-12-31'"],
    "timetz": ["'23:59:60+15:59'"],
    "text": ["E'\\\\ \\n \" \\u00e9 \\U0001f600 %s'", "''"],
    "char(5)": ["'a'"],
    '"char"': ["'x'"],
    "bytea": ["'\\x00ff27'"],
    "uuid": ["gen_random_uuid()"],
    "json": ["""'{"b": 1.00,  "a": "\\u0000\\ud800", "a": 2}'"""],
    "jsonb": ["""'{"n": 1e400, "d": 1.10, "x": null}'""", "'null'"],
    "int[]": ["'{{1,2},{3,NULL}}'", "'[0:1]={1,2}'", "'{}'"],
    "text[]": ["ARRAY['a,b', 'NULL', NULL, '\"']"],
    "bit(3)": ["B'101'"],
    "int4range": ["'[1,5)'"],
    "inet": ["'10.0.0.1/8'"],
    "money": ["'12.34'"],
    "xml": ["'<a>&amp;</a>'"],
    "point": ["'(1,2)'"],
    "mood": ["'s''ad'"],
    "positive": ["1"],
    "pair": ["ROW(1, 'a\"b')"],
    "citext": ["'Ab'"],
    "hstore": ["'a=>1, b=>NULL'"],
}


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
async def test_values_of_every_type_come_back_as_they_are(database: Lab, keyed: bool) -> None:
    """A rule that says of each column what it holds: with a key the row itself is looked at."""
    types = dict(TYPES)
    if not keyed:  # what JSON cannot bring back as it was
        types["json"] = ["'{\"b\": 1}'"]
        types["int[]"] = ["'{{1,2},{3,NULL}}'"]
        del types["hstore"]
    values = [(t, v) for t, all_ in types.items() for v in all_]
    columns = ", ".join(f"c{i} {t}" for i, (t, _) in enumerate(values))
    await database.client.run(
        "CREATE TYPE mood AS ENUM ('s''ad')",
        "CREATE DOMAIN positive AS int NOT NULL CHECK (value > 0)",
        "CREATE TYPE pair AS (x int, y text)",
        f"CREATE TABLE t (id int {'PRIMARY KEY' if keyed else ''}, {columns},"
        " g text GENERATED ALWAYS AS (id::text || 'g') STORED)",
        f"INSERT INTO t VALUES (1, {', '.join(v for _, v in values)})",
        "CREATE TABLE w AS TABLE t",
    )
    checks: list[dict[str, Any]] = [
        {
            "check": "constraint",
            "name": f"{t} {v}",
            "expression": f"(SELECT c{i}::text FROM w) = c{i}::text",
        }
        for i, (t, v) in enumerate(values)
    ]
    checks.append({"check": "matches", "column": "g", "pattern": "^2g$"})
    rules = await rules_of(database, {"t": checks})
    async with cases(database, rules) as run:
        rest = ", ".join(f"c{i}" for i in range(len(values)))
        results = await run.broken(f"INSERT INTO t SELECT 2, {rest} FROM w")
        assert [r.rule.label for r in results] == []
        assert {run.changed.error_of(r) for r in rules} == {""}
        assert any(run.changed.looked_at_by(r) for r in rules)


async def test_keys_of_any_type_find_their_rows(database: Lab) -> None:
    for i, (kind, (value, *_)) in enumerate(TYPES.items()):
        if kind in ("json", "xml", "point", "hstore", "pair"):
            continue
        if i == 0:
            await database.client.run(
                "CREATE TYPE mood AS ENUM ('s''ad')",
                "CREATE DOMAIN positive AS int NOT NULL CHECK (value > 0)",
            )
        await database.client.run(
            f"CREATE TABLE t{i} (k {kind} PRIMARY KEY, n int)", f"CREATE TABLE u{i} (k {kind})",
            f"INSERT INTO t{i} VALUES ({value})", f"INSERT INTO u{i} SELECT k FROM t{i}",
        )  # fmt: skip
    catalog = await database.database.catalog()
    names = [t.name[1:] for t in catalog.tables if t.name[0] == "t"]
    tables: dict[str, list[dict[str, Any]]] = {
        f"t{n}": [{"check": "notNull", "column": "n"}] for n in names
    }
    tables |= {
        f"u{n}": [{"check": "references", "column": "k", "table": f"t{n}", "to": ["k"]}]
        for n in names
    }
    rules = await rules_of(database, tables)
    async with cases(database, rules) as run:
        results = await run.broken(";".join(f"UPDATE t{n} SET n = 1" for n in names))
        assert [r.rule.table.name for r in results] == []
        results = await run.broken(
            ";".join(f"UPDATE t{n} SET n = 1" for n in names),
            ";".join(f"UPDATE t{n} SET n = NULL" for n in names),
        )
        assert [r.rule.table.name for r in results] == [
            f"t{n}" for n in sorted(names, key=lambda n: f"t{n}")
        ]
        results = await run.broken(";".join(f"DELETE FROM t{n}" for n in names))
        assert len(results) == len(names)
        assert {run.changed.error_of(r) for r in rules} == {""}
