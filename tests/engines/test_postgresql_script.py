from __future__ import annotations

import pytest

from seamline.engines.postgresql.script import split
from seamline.errors import SpecError

from .lab import Lab

DUMP = r"""
--
-- PostgreSQL database dump; with a semicolon
--
\restrict AbC
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
/* a /* nested; */ comment */
CREATE TABLE public.t (id int PRIMARY KEY, name text, "odd;name" text DEFAULT ';');
CREATE FUNCTION public.f() RETURNS int LANGUAGE plpgsql AS $_$ BEGIN RETURN 1; END; $_$;
CREATE FUNCTION public.g(a int) RETURNS int LANGUAGE sql
  BEGIN ATOMIC; SELECT CASE a WHEN 1 THEN 2 END; SELECT 3; END;
COPY public.t (id, name, "odd;name") FROM stdin;
1	Ann; \\. it's	x
2	\N	Zoë $$ "
\.
INSERT INTO public.t VALUES (3, E'it\'s;', 'it''s;'); INSERT INTO public.t VALUES (4, $q$a;'b$q$, '\');
CREATE INDEX CONCURRENTLY i ON public.t (name);
COPY public.t (id) FROM stdin;
\.
\unrestrict AbC
SELECT setval(pg_get_serial_sequence('public.t', 'id'), 1) -- no semicolon at the end
"""


async def test_a_dump_runs_as_psql_would_run_it(database: Lab) -> None:
    server, address = database.server, database.database.address
    await server.run_script(address, DUMP, "dump.sql")
    await server.run_script(address, "INSERT INTO t (id) VALUES (g(1) + 10)", "more.sql")
    rows = await database.database.query("SELECT id, name FROM t ORDER BY id")
    assert [tuple(r.values()) for r in rows] == [
        (1, "Ann; \\. it's"),
        (2, None),
        (3, "it's;"),
        (4, "a;'b"),
        (13, None),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1;\n\nSELEC 2;\n", 'a.sql:3:1: syntax error at or near "SELEC"'),
        ("SELECT 1;\n SELECT 2, é, nope FROM x;", 'a.sql:2:25: relation "x" does not exist'),
        (
            "CREATE TABLE t (id int PRIMARY KEY);\nINSERT INTO t VALUES (1);\n"
            "INSERT INTO t VALUES (2);\n  INSERT INTO t VALUES (1);\n",
            "a.sql:4:3: duplicate key value violates unique constraint \"t_pkey\". "
            "Key (id)=(1) already exists",
        ),
        (
            "CREATE TABLE t (id int);\nCOPY t FROM stdin;\n1\nx\n\\.\n",
            'a.sql:4:1: invalid input syntax for type integer: "x"',
        ),
        ("COPY nope FROM stdin;\n\\.\n", 'a.sql:1:1: relation "nope" does not exist'),
        ("SELECT 1;\n\\i other.sql\n", "a.sql:2:1: psql's \\i cannot be carried out here: write SQL"),
        ("SELECT 1 \\gexec\n", "a.sql:1:10: psql's \\gexec cannot be carried out here: write SQL"),
        ("BEGIN;\nSELECT 1;\n\n", "a.sql:2:1: the file ends inside a transaction: add COMMIT"),
        ("SELECT\n '\0';", "a.sql:2:3: a NUL character"),
    ],
)  # fmt: skip
async def test_an_error_says_where(database: Lab, text: str, problem: str) -> None:
    with pytest.raises(SpecError) as caught:
        await database.server.run_script(database.database.address, text, "a.sql")
    assert caught.value.problems == (problem,)


async def test_settings_do_not_leak_and_transactions_are_honoured(database: Lab) -> None:
    run, address = database.server.run_script, database.database.address
    await run(
        address,
        "\ufeffSET search_path = pg_catalog; BEGIN; CREATE TABLE public.t (id int); COMMIT;"
        "BEGIN; INSERT INTO public.t VALUES (1); ROLLBACK;",
        "a.sql",
    )
    await run(address, "INSERT INTO t VALUES (2)", "b.sql")
    assert await database.database.query("SELECT * FROM t") == [{"id": 2}]


def test_statements_end_where_psql_ends_them() -> None:
    statements = list(split(DUMP, "dump.sql"))
    assert [s.words[0] for s in statements] == [
        "set", "select", "create", "create", "create", "copy", "insert", "insert", "create", "copy",
        "select",
    ]  # fmt: skip
    assert list(split(" ;; -- nothing\n/* at all */", "a.sql")) == []
