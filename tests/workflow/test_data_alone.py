"""`seamline run data --url` and `--files`: read only, with just the data file, whatever stands in it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from seamline.engines.postgresql.snapshot import open_snapshot
from seamline.errors import ConnectionLost, SeamlineError, TargetError, UsageError
from seamline.model.event import DataChecked, Event, RunFinished
from seamline.spec.project import Limits
from seamline.workflow.data import DataJob, DataRun, load_data_job

from ..engines.lab import Lab

SCHEMA = (
    "CREATE SCHEMA billing",
    "CREATE TABLE billing.accounts (id int PRIMARY KEY)",
    "INSERT INTO billing.accounts SELECT generate_series(1, 20)",
    "CREATE TABLE orders (id int PRIMARY KEY, account int, total numeric(9,2), status text, doc json)",
    "INSERT INTO orders SELECT i, i, i * 1.5, 'open', '{}' FROM generate_series(1, 21) i",
    "CREATE SEQUENCE numbers",
    "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'DELETE FROM orders RETURNING id'",
    "CREATE FUNCTION opens() RETURNS int LANGUAGE plpgsql AS $$BEGIN"
    " PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM orders; RETURN 1; END$$",
    "CREATE FUNCTION tries() RETURNS int LANGUAGE plpgsql AS $$BEGIN BEGIN DELETE FROM orders;"
    " EXCEPTION WHEN OTHERS THEN SET TRANSACTION READ WRITE; END; DELETE FROM orders; RETURN 1; END$$",
)


def sql(text: str) -> dict[str, Any]:
    return {"check": "sql", "name": text, "violations": text}


HOSTILE = [
    sql("SELECT 1); DELETE FROM orders; --"),
    sql("SELECT 1) AS x; COMMIT; DELETE FROM orders; SELECT (1"),
    sql("DELETE FROM orders RETURNING *"),
    sql("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone"),
    sql("SELECT set_config('transaction_read_only', 'off', false)"),
    sql("SELECT pg_catalog.set_config('transaction_read_only', 'off', false)"),
    sql("SELECT nextval('numbers')"),
    sql("SELECT writes()"),
    sql("SELECT opens()"),
    sql("SELECT tries()"),
    sql("COPY orders TO PROGRAM 'touch /tmp/x'"),
    sql("SELECT lo_create(7)"),
    sql("SELECT query_to_xml('DELETE FROM orders', true, true, '')"),
    sql("SELECT * INTO copied FROM orders"),
    sql("SELECT * FROM orders FOR UPDATE"),
    {"check": "constraint", "expression": "writes() > 0"},
    {"check": "constraint", "expression": "true); DELETE FROM orders; --"},
    {"check": "notNull", "column": "status", "where": "true) OR true); DELETE FROM orders; SELECT ((1"},
    {"check": "notNull", "column": "status", "where": "writes() > 0"},
    {"check": "rowCount", "min": 0, "where": "nextval('numbers') > 0"},
    {"check": "equalSums", "sum": "nextval('numbers')", "table": "orders", "equals": "id"},
]  # fmt: skip


def written(folder: Path, tables: dict[str, list[dict[str, Any]]]) -> Path:
    path = folder / "Data_Validation_Framework.json"
    document = {"tables": {name: {"checks": checks} for name, checks in tables.items()}}
    path.write_text(json.dumps(document, indent=1))
    return path


async def outcome(
    folder: Path, tables: dict[str, list[dict[str, Any]]], **given: Any
) -> tuple[int, SeamlineError | None, dict[str, DataChecked]]:
    limits = given.pop("limits", Limits())
    job = load_data_job(
        folder,
        url=given.get("url"),
        files=given.get("files"),
        framework=written(folder, tables),
        reports=None,
        checks=frozenset(),
    )
    fields = {name: getattr(job, name) for name in job.__struct_fields__}
    events: list[Event] = []
    code, error = await DataRun(DataJob(**{**fields, "limits": limits}), events.append).execute()
    assert isinstance(events[-1], RunFinished) and events[-1].exit_code == code
    return code, error, {e.label: e for e in events if isinstance(e, DataChecked)}


async def state(lab: Lab) -> list[list[Any]]:
    texts = (
        "SELECT count(*) FROM orders", "SELECT last_value, is_called FROM numbers",
        "SELECT count(*) FROM pg_class", "SELECT count(*) FROM pg_largeobject_metadata",
    )  # fmt: skip
    return [list((await lab.database.query(text))[0].values()) for text in texts]


async def test_hostile_checks_change_nothing_and_are_told(database: Lab, tmp_path: Path) -> None:
    """The role owns all that it attacks."""
    await database.client.run(*SCHEMA)
    before = await state(database)
    checks = [*HOSTILE, {"check": "range", "column": "id", "min": 1, "name": "right"}]
    code, error, seen = await outcome(tmp_path, {"orders": checks}, url=database.client.address.url)
    assert await state(database) == before
    assert (code, error) == (1, None)
    assert [e.label for e in seen.values() if e.proven == "" and not e.error] == ["right"]
    assert len([e for e in seen.values() if e.error]) == len(HOSTILE)
    assert all(
        e.error.startswith("Data_Validation_Framework.json:") for e in seen.values() if e.error
    )


@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_the_connection_itself_lets_nothing_be_written(database: Lab, number: int) -> None:
    """Also where nobody has looked at the SQL before."""
    await database.client.run(*SCHEMA)
    before = await state(database)
    check = HOSTILE[number]
    texts = [t for k, t in check.items() if k in ("violations", "expression", "where", "sum")]
    async with open_snapshot(database.client.address.url, check_s=9) as snapshot:
        for text in texts:
            for wrapped in (text, f"SELECT ({text})", f"SELECT * FROM (\n{text}\n) x"):
                with suppress(TargetError):
                    await snapshot.query(wrapped)
        assert await snapshot.query("SELECT current_setting('transaction_read_only') AS s") == [
            {"s": "on"}
        ]
    assert await state(database) == before


async def test_a_role_that_may_only_read_is_enough(database: Lab, tmp_path: Path) -> None:
    await database.client.run(*SCHEMA)
    address = database.client.address
    conninfo = database.database._conninfo  # type: ignore[attr-defined]
    async with await psycopg.AsyncConnection.connect(
        conninfo,
        dbname=address.name,
        autocommit=True,
    ) as admin:
        await admin.execute("DROP ROLE IF EXISTS only_reads")
        await admin.execute("CREATE ROLE only_reads LOGIN PASSWORD 'x'")
        await admin.execute("GRANT USAGE ON SCHEMA billing TO only_reads")
        await admin.execute("GRANT SELECT ON orders, billing.accounts TO only_reads")
        url = f"postgresql://only_reads:x@{address.host}:{address.port}/{address.name}"
        far = {
            "check": "references",
            "column": "account",
            "table": "billing.accounts",
            "to": ["id"],
        }
        code, error, seen = await outcome(tmp_path, {"orders": [far]}, url=url)
        assert (code, error) == (1, None)
        found = seen["account references billing.accounts(id)"]
        assert (found.violations, found.rows, found.error) == (1, 21, "")
        assert found.finding and found.finding.evidence
        assert [r["account"] for r in found.finding.evidence.rows] == [21]
        await admin.execute("REVOKE SELECT ON orders FROM only_reads")
        code, _, seen = await outcome(tmp_path, {"orders": [far]}, url=url)
        assert code == 1
        assert "permission denied" in seen["account references billing.accounts(id)"].error
        await admin.execute("DROP OWNED BY only_reads; DROP ROLE only_reads")


async def test_what_does_not_fit_is_named_with_its_line_and_the_others_go_on(
    database: Lab, tmp_path: Path
) -> None:
    await database.client.run(*SCHEMA)
    wrong: list[dict[str, Any]] = [
        {"check": "range", "column": "total", "max": "much"},
        {"check": "matches", "column": "doc", "pattern": "x"},
        {"check": "mean", "column": "status", "min": 1},
        {"check": "length", "column": "id", "min": 1},
        {"check": "notNull", "column": "nothing"},
    ]
    right = {"check": "range", "column": "total", "max": 3, "name": "right"}
    code, error, seen = await outcome(
        tmp_path,
        {"orders": [*wrong, right], "oders": [right]},
        url=database.client.address.url,
    )
    assert code == 2
    assert seen["right"].violations == 19 or seen["right"].error
    lines = str(error).splitlines()
    assert len(lines) == 6
    assert all(line.startswith("Data_Validation_Framework.json:") for line in lines)
    assert lines[0].endswith(
        "tables.orders.checks[0].max: 'total' is numeric(9,2), 'much' is no number"
    )
    assert "no such table in the database. Did you mean 'orders'?" in lines[-1]


async def test_what_fails_or_takes_too_long_is_told_and_the_others_go_on(
    database: Lab, tmp_path: Path
) -> None:
    await database.client.run(*SCHEMA)
    slow = (
        "SELECT a.id FROM orders a, orders b, orders c, orders d, orders e, orders f WHERE a.id < 0"
    )
    checks: list[dict[str, Any]] = [
        {"check": "matches", "column": "status", "pattern": "(", "name": "regex"},
        sql("SELECT nothing FROM orders"),
        {"check": "constraint", "expression": "1 / (id - 3) < 9", "name": "divides"},
        sql(slow.replace("WHERE", "WHERE md5(f.id::text || a.id || b.id || c.id || d.id) = 'x' AND")
            .replace("a.id < 0", "e.id > 0")),
        {"check": "oneOf", "column": "status", "values": ["paid"], "name": "right"},
    ]  # fmt: skip
    code, error, seen = await outcome(
        tmp_path,
        {"orders": checks},
        url=database.client.address.url,
        limits=Limits(data_check_s=0.5),
    )
    assert (code, error) == (1, None)
    errors = [e.error for e in seen.values() if e.error]
    assert len(errors) == 4
    assert any("no answer within 0.5 s" in e for e in errors)
    assert any("division by zero" in e for e in errors)
    assert any("invalid regular expression" in e for e in errors)
    assert (seen["right"].violations, seen["right"].error) == (21, "")


async def test_a_lost_connection_ends_it_with_3(database: Lab, tmp_path: Path) -> None:
    await database.client.run(*SCHEMA)
    async with open_snapshot(database.client.address.url, check_s=9) as snapshot:
        (row,) = await snapshot.query("SELECT pg_backend_pid() AS pid")
        await database.database.query(f"SELECT pg_terminate_backend({row['pid']})")
        await asyncio.sleep(0.2)
        with pytest.raises(ConnectionLost, match="the database is gone"):
            await snapshot.query("SELECT 1")
    url = database.client.address.url.replace(f":{database.client.address.port}/", ":9/")
    code, error, _ = await outcome(tmp_path, {"orders": []}, url=url)
    assert code == 3 and "cannot connect" in str(error)
    assert database.client.address.password not in str(error)


async def test_parts_of_a_table_see_one_state(database: Lab) -> None:
    await database.client.run(*SCHEMA)
    async with open_snapshot(database.client.address.url, check_s=9) as snapshot:
        await database.client.run("DELETE FROM orders WHERE id > 3")
        texts: list[tuple[str, dict[str, Any]]] = [("SELECT count(*) AS n FROM orders", {})] * 8
        assert await snapshot.together(texts) == [[{"n": 21}]] * 8
        with pytest.raises(TargetError, match="division by zero"):
            await snapshot.together([*texts, ("SELECT 1 / 0 AS n", {})])
        assert await snapshot.together(texts) == [[{"n": 21}]] * 8


@pytest.mark.parametrize("kind", ["parquet", "csv", "folder"])
async def test_files_are_tables(tmp_path: Path, kind: str) -> None:
    data = tmp_path / "data"
    (data / "orders").mkdir(parents=True) if kind == "folder" else data.mkdir()
    name = {"parquet": "orders.parquet", "csv": "orders.csv", "folder": "orders/part.parquet"}[kind]
    duckdb.sql(
        "COPY (SELECT i AS id, i % 7 AS customer, i * 1.5 AS total, 's' || i AS status,"
        " DATE '2024-01-01' + i::int AS day FROM range(1, 101) t(i))"
        f" TO '{data / name}'"
    )
    duckdb.sql(f"COPY (SELECT i AS id FROM range(1, 7) t(i)) TO '{data / 'customers.csv'}'")
    checks: list[dict[str, Any]] = [
        {"check": "unique", "column": "id"},
        {"check": "references", "column": "customer", "table": "customers", "to": ["id"]},
        {"check": "range", "column": "day", "min": "2024-01-10"},
        {"check": "matches", "column": "status", "pattern": "^s[0-9]+$"},
        {"check": "length", "column": "status", "max": 3},
        {"check": "mean", "column": "total", "min": 70, "max": 80},
        {"check": "constraint", "expression": "status::varchar(9) ~ '^s'"},
        sql("SELECT id FROM orders WHERE total > 148 AND status ILIKE 'S%'"),
        sql("SELECT 1); COPY (SELECT 1) TO 'evil.csv'; --"),
        {"check": "range", "column": "total", "min": "much"},
    ]
    code, error, seen = await outcome(tmp_path, {"orders": checks}, files=data)
    assert code == 2 and "'much' is no number" in str(error)
    violations = {e.label: e.violations for e in seen.values() if not e.error}
    assert violations == {
        "id is unique": 0,
        "customer references customers(id)": 14,
        "day is in range from 2024-01-10": 8,
        "status matches ^s[0-9]+$": 0,
        "status has at most 3 characters": 1,
        "the mean of total is 70 to 80": 0,
        "status::varchar(9) ~ '^s'": 0,
        "SELECT id FROM orders WHERE total > 148 AND status ILIKE 'S%'": 2,
    }
    assert sorted(p.name for p in data.iterdir()) == sorted({name.split("/")[0], "customers.csv"})


def test_without_a_data_file_it_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The smallest one"):
        load_data_job(
            tmp_path, url="x", files=None, framework=None, reports=None, checks=frozenset()
        )


async def test_the_command_writes_the_artifacts(database: Lab, tmp_path: Path) -> None:
    await database.client.run(*SCHEMA)
    (tmp_path / "integration").mkdir()
    file = written(tmp_path / "integration", {"orders": [{"check": "notNull", "column": "status"}]})
    url, password = database.client.address.url, database.client.address.password
    command = (sys.executable, "-m", "seamline", "run", "data", "-p", str(tmp_path), "--url", url)
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Database integration tests passed" in done.stdout
    page = (file.parent / "Database_Integration_Testing.md").read_text()
    assert "status is not null" in page
    assert not any(password in p.read_text() for p in file.parent.iterdir())
    assert password not in done.stdout
