"""Random DML against PostgreSQL: undo restores every byte, and net changes explain every difference."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from seamline.engines.protocol import Server
from seamline.model.row import RowChange

from .lab import Lab, open_lab

EXAMPLES = int(os.environ.get("SEAMLINE_EXAMPLES", "60"))
SCHEMA = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN posint AS int CHECK (value > 0);
CREATE TYPE pair AS (x int, y text);
CREATE TABLE p (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE, n int, num numeric,
  f float8, ts timestamptz, d date, iv interval, j jsonb, js json, b bytea, arr text[], arr2 int[][],
  m mood, cp pair, %s g text GENERATED ALWAYS AS (lower(coalesce(code, ''))) STORED, big text);
CREATE TABLE k (key text PRIMARY KEY, v int);
CREATE TABLE ch (id serial PRIMARY KEY, pid bigint REFERENCES p ON DELETE CASCADE,
  kk text REFERENCES k ON UPDATE CASCADE ON DELETE SET NULL, q posint DEFAULT 1, UNIQUE (pid, q));
CREATE TABLE gc (a int, b int, cid int REFERENCES ch ON DELETE CASCADE, PRIMARY KEY (a, b));
CREATE TABLE tree (id serial PRIMARY KEY, par int REFERENCES tree ON DELETE CASCADE, w int);
CREATE TABLE nopk (a int, t text, cid int REFERENCES ch ON DELETE SET NULL, %s at timestamptz);
CREATE TABLE du (id int PRIMARY KEY DEFERRABLE INITIALLY IMMEDIATE, t text);
CREATE TABLE pt (id int, r int, t text, PRIMARY KEY (id, r)) PARTITION BY RANGE (r);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
CREATE TABLE pt2 (t text, r int NOT NULL, gone int, id int NOT NULL);
ALTER TABLE pt2 DROP COLUMN gone;
ALTER TABLE pt ATTACH PARTITION pt2 FOR VALUES FROM (10) TO (100);
CREATE TABLE par (id int PRIMARY KEY, t text);
CREATE TABLE kid (extra int) INHERITS (par);
CREATE SCHEMA "Other";
CREATE TABLE "Other"."Odd Name" ("select" citext PRIMARY KEY, _seam_firing int, n int, o text, rel oid);
CREATE SEQUENCE lone START 7;
CREATE TABLE aud (id bigserial PRIMARY KEY, what text);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO aud (what) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER app_audit AFTER INSERT OR UPDATE OR DELETE ON ch FOR EACH ROW EXECUTE FUNCTION audit();
CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN UPDATE tree SET w = w + 1 WHERE id = NEW.id AND w < 3; RETURN NULL; END $$;
CREATE TRIGGER app_again AFTER INSERT OR UPDATE ON tree FOR EACH ROW EXECUTE FUNCTION again();
INSERT INTO k SELECT 'k' || i, i FROM generate_series(1, 6) i;
INSERT INTO p (code, n, num, f, ts, d, iv, j, js, b, arr, arr2, m, cp, big)
  SELECT 'C' || i, i, 1.500, -0.0, '2020-01-01 00:00+05:30', 'infinity', '1 mon 2 days 03:04:05.000001',
  '{"a": 1.0}', '{"b": 1,  "a": 2, "z": "\\u0000"}', '\\x00ff', '{NULL,"x,y",zz}', '[2:3][0:0]={{1},{2}}',
  'a', ROW(1, 'z,"')::pair, repeat(md5(i::text), 400) FROM generate_series(1, 6) i;
INSERT INTO ch (pid, kk, q) SELECT i, 'k' || i, 1 FROM generate_series(1, 6) i;
INSERT INTO gc SELECT i, i, i FROM generate_series(1, 6) i;
INSERT INTO tree (par, w) VALUES (NULL, 0), (1, 1), (2, 2), (1, 3);
INSERT INTO nopk (a, t, cid) VALUES (1, 'x', 1), (1, 'x', 1), (2, NULL, 2), (NULL, NULL, NULL),
  (NULL, NULL, NULL);
INSERT INTO du SELECT i, 't' || i FROM generate_series(1, 6) i;
INSERT INTO pt SELECT i, i * 3, 'r' FROM generate_series(1, 6) i;
INSERT INTO par VALUES (1, 'a'), (2, 'b');
INSERT INTO kid VALUES (2, 'b', 1), (3, 'c', 2);
INSERT INTO "Other"."Odd Name" VALUES ('Key', 1, 1, 'o', 1), ('other', 2, 2, 'p', 2);
"""
TABLES = (
    "p",
    "k",
    "ch",
    "gc",
    "tree",
    "nopk",
    "du",
    "pt",
    "par",
    "kid",
    "aud",
    '"Other"."Odd Name"',
)

i = st.integers(1, 9)
v = st.integers(-5, 30)
txt = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6)
number = st.decimals(allow_infinity=False, min_value=-(10**6), max_value=10**6)


def op(text: str, *args: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(text), *args)


OPS = st.one_of(
    op(
        "INSERT INTO p (code, n, num, f, ts, j, b, arr) "
        "VALUES (%s, %s, %s, %s, now(), to_jsonb(%s::text), %s, %s)",
        txt, v, number, st.floats(width=64), txt, st.binary(max_size=4), st.lists(txt, max_size=2),
    ),
    op(
        "INSERT INTO p (code) VALUES (%s) ON CONFLICT (code) "
        "DO UPDATE SET n = coalesce(p.n, 0) + 1, f = 'NaN'",
        st.sampled_from(["C1", "C2", "zz"]),
    ),
    op("UPDATE p SET n = %s, num = num + 0.10, cp = ROW(%s, %s)::pair WHERE id <= %s", v, i, txt, i),
    op("UPDATE p SET id = DEFAULT WHERE id = %s", i),
    op("DELETE FROM p WHERE id = %s", i),
    op("INSERT INTO ch (pid, kk, q) VALUES (%s, %s, %s)", i, st.sampled_from(["k1", "k2", "k9"]), i),
    op("UPDATE ch SET q = q + 1 WHERE id >= %s", i),
    op("DELETE FROM ch WHERE id = %s", i),
    op("UPDATE k SET key = key || 'x' WHERE v = %s", i),
    op("DELETE FROM k WHERE v = %s", i),
    op("UPDATE k SET key = 'k' || (7 - v) WHERE v = %s", i),
    op("INSERT INTO gc VALUES (%s, %s, %s)", i, i, i),
    op("UPDATE gc SET a = b, b = a + 1 WHERE a = %s", i),
    op("DELETE FROM tree WHERE id = %s", i),
    op("INSERT INTO tree (par, w) VALUES (%s, %s)", i, v),
    op("UPDATE tree SET par = %s WHERE id = %s", i, i),
    op("INSERT INTO nopk (a, t, at) VALUES (%s, %s, '2026-01-01 12:00+01')", i, txt),
    op("UPDATE nopk SET a = a + 1 WHERE a = %s", i),
    op("DELETE FROM nopk WHERE ctid = (SELECT min(ctid) FROM nopk)"),
    op("UPDATE nopk SET t = 'x' WHERE a IS NULL"),
    op("SET LOCAL timezone = 'Asia/Kolkata'"),
    op("SET LOCAL datestyle = 'German'"),
    op("UPDATE du SET id = id + 1"),
    op("UPDATE du SET id = 7 - id WHERE id < 7"),
    op("DELETE FROM du WHERE id = %s", i),
    op("UPDATE pt SET r = r + 8 WHERE id = %s", i),
    op("UPDATE pt SET id = id + 1, r = r + 8 WHERE id = %s", i),
    op("INSERT INTO pt1 (id, r, t) VALUES (%s, %s, 'd')", v, i),
    op("DELETE FROM pt1 WHERE id = %s", i),
    op("INSERT INTO pt VALUES (%s, %s, 'n')", i, v),
    op("UPDATE par SET t = t || 'x' WHERE id >= %s", i),
    op("DELETE FROM ONLY par WHERE id = %s", i),
    op("INSERT INTO kid VALUES (%s, 'k', %s)", i, v),
    op("TRUNCATE par"),
    op("TRUNCATE p CASCADE"),
    op("TRUNCATE nopk, du RESTART IDENTITY"),
    op("TRUNCATE pt"),
    op("TRUNCATE p RESTART IDENTITY CASCADE"),
    op("SELECT nextval('lone')"),
    op("SELECT setval('lone', %s, false)", i),
    op(
        "MERGE INTO k USING (VALUES ('k1', %s), ('new', 2)) s (a, b) ON k.key = s.a "
        "WHEN MATCHED THEN UPDATE SET v = b WHEN NOT MATCHED THEN INSERT VALUES (a, b)",
        i,
    ),
    op("WITH x AS (DELETE FROM nopk RETURNING *) INSERT INTO nopk (a, t) SELECT a + 1, t FROM x"),
    op("SET LOCAL session_replication_role = replica"),
    op(
        'INSERT INTO "Other"."Odd Name" VALUES (%s, %s) ON CONFLICT DO NOTHING',
        st.sampled_from(["KEY", "b"]), i,
    ),
    op('UPDATE "Other"."Odd Name" SET "select" = upper("select"), n = %s', v),
    op('DELETE FROM "Other"."Odd Name" WHERE n = %s', i),
)  # fmt: skip
TRANSACTIONS = st.lists(
    st.tuples(st.lists(OPS, min_size=1, max_size=5), st.booleans()), min_size=1, max_size=6
)


@pytest.fixture(scope="module")
async def zoo(pg_server: Server, extended: str) -> AsyncIterator[Lab]:
    """A database with one of everything, under capture."""
    async for lab in open_lab(pg_server, extended):
        virtual = int(pg_server.version.split(".")[0]) >= 18
        columns = ("vi int GENERATED ALWAYS AS (coalesce(n, 0) + 1) VIRTUAL,",
                   "vi int GENERATED ALWAYS AS (a + 1) VIRTUAL,")  # fmt: skip
        script = SCHEMA % (columns if virtual else ("", ""))
        await lab.server.run_script(lab.database.address, script, "zoo.sql")
        await lab.database.query("GRANT SET ON PARAMETER session_replication_role TO seam_app")
        async with lab.database.capture() as capture:
            lab.capture = capture
            yield lab


async def texts(lab: Lab) -> dict[str, list[Any]]:
    """Every row as its own text, and the sequences."""
    found: dict[str, list[Any]] = {}
    for table in (*TABLES, "pt1", "pt2"):
        rows = await lab.database.query(f"SELECT x::text AS r FROM ONLY {table} x")
        found[table] = sorted(r["r"] for r in rows)
    query = (
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
    )
    found["sequences"] = await lab.database.query(query)
    return found


def fingerprint(row: dict[str, Any]) -> str:
    return json.dumps(row, sort_keys=True, default=str)


async def documents(lab: Lab) -> dict[str, Counter[str]]:
    """Every row as row images show it, by the name under which changes are reported."""
    found = {}
    for table in TABLES:
        only = "" if table == "pt" else "ONLY"
        rows = await lab.database.query(f"SELECT * FROM {only} {table}")
        found[table.replace('"', "")] = Counter(fingerprint(r) for r in rows)
    return found


def apply(state: dict[str, Counter[str]], changes: tuple[RowChange, ...]) -> None:
    for change in changes:
        if change.before is not None:
            state[change.table][fingerprint(change.before)] -= 1
        if change.after is not None:
            state[change.table][fingerprint(change.after)] += 1
        assert change.before != change.after or change.columns == frozenset()


async def play(connection: psycopg.AsyncConnection[Any], batch: list[Any], *, commit: bool) -> None:
    """One transaction of the system, whose failing statements it undoes by savepoint."""
    await connection.execute("BEGIN")
    for text, *args in batch:
        await connection.execute("SAVEPOINT s")
        try:
            await connection.execute(sql.SQL(text), args or None)
        except psycopg.Error:
            await connection.execute("ROLLBACK TO s")
    try:
        await connection.execute("COMMIT" if commit else "ROLLBACK")
    except psycopg.Error:
        await connection.execute("ROLLBACK")


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="SEAMLINE_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(batches=TRANSACTIONS)
async def test_undo_restores_all_and_net_changes_explain_all(zoo: Lab, batches: list[Any]) -> None:
    base = await texts(zoo)
    state = await documents(zoo)
    worker = await psycopg.AsyncConnection.connect(zoo.client.address.url, autocommit=True)
    try:
        for number, (batch, commit) in enumerate(batches):
            await play(worker, batch, commit=commit)
            if number % 2:
                apply(state, (await zoo.capture.observe(1.0)).changes)
        apply(state, (await zoo.capture.observe(1.0)).changes)
        now = await documents(zoo)
        assert {t: +c for t, c in state.items()} == {t: +c for t, c in now.items()}
        assert not any(n < 0 for c in state.values() for n in c.values())
        await zoo.capture.undo()
        assert await texts(zoo) == base
    finally:
        await worker.close()
