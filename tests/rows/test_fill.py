"""Schemas that are awkward to fill, on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from seamline.rows.maker import in_words, make

from .filled import Filled, Filler

NASTY = Path(__file__).with_name("nasty.sql").read_text("utf-8")
EMPTY = {"ying", "yang", "on_ying", "on_on_ying", "refused", "needs_refused", "swallowed", "nopart"}


@pytest.fixture(scope="module")
async def nasty(fill: Filler) -> Filled:
    return await fill(NASTY, 12)


@pytest.mark.parametrize("variant", ["plausible", "hostile"])
async def test_whatever_can_be_filled_is(fill: Filler, nasty: Filled, variant: str) -> None:
    filled = await fill(NASTY, 12, variant="hostile") if variant == "hostile" else nasty
    assert set(filled.made.left_empty) == EMPTY
    assert filled.made.short == {"few": "2 of 12: its keys (few_pkey, few_m_key) allow no more"}
    short = {**dict.fromkeys(EMPTY, 0), "few": 2, "aud": 24}  # aud: 12 by a trigger
    assert filled.held == {name: short.get(name, 12) for name in filled.held}


async def test_reasons_are_told(nasty: Filled) -> None:
    told = nasty.made.left_empty
    assert told["ying"].startswith(
        "it and yang need each other's rows first, and of yang_o_fkey, ying_o"
    )
    assert told["refused"].startswith("not today (")
    assert told["needs_refused"].startswith("it refers to refused, which has no rows (not today")
    assert told["swallowed"].startswith("the database dropped a row without a word")
    assert told["nopart"] == "it is partitioned and has no partition"


async def test_no_value_comes_twice_where_nothing_forces_it(nasty: Filled) -> None:
    filled = nasty
    forced = {"s", "x1", "af", "ag", "ai", "an", "qq", "d3", "y2"}  # few values in the type
    for column in filled.catalog.by_name["every_type"].columns:
        if column.name in forced or column.generated:
            continue
        values = [repr(v) for v in filled.column("every_type", column.name)]
        assert len(set(values)) == 12, (column.name, values)


async def test_the_database_and_the_pure_maker_agree(nasty: Filled) -> None:
    filled = nasty
    alone = make(filled.catalog, 12, 1)
    for table in (
        "every_type",
        "users",
        "tasks",
        "members",
        "friends",
        "checks",
        "part",
        "egg",
        "hen",
        "partial",
    ):
        assert alone.rows[table] == filled.made.rows[table], table


async def test_sequences_stand_behind_the_rows(fill: Filler) -> None:
    schema = """CREATE TABLE a (id serial PRIMARY KEY, t text); CREATE TABLE b (id bigint GENERATED ALWAYS AS
        IDENTITY PRIMARY KEY); CREATE SEQUENCE s START 1000; CREATE TABLE c (id int DEFAULT nextval('s'))"""
    then = """SELECT (SELECT nextval('a_id_seq')) AS a, nextval(pg_get_serial_sequence('b', 'id')) AS b,
        nextval('s') AS c"""
    filled = await fill(schema, 5, then=then)
    assert filled.asked == [{"a": 6, "b": 6, "c": 1000}]


async def test_tables_that_hold_rows_are_kept_and_referred_to(fill: Filler) -> None:
    schema = """CREATE TABLE country (code char(2) PRIMARY KEY, name text);
        INSERT INTO country VALUES ('xa', 'A'), ('xb', 'B');
        CREATE TABLE city (id serial PRIMARY KEY, country char(2) NOT NULL REFERENCES country);
        CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)"""
    filled = await fill(schema, 4)
    assert filled.held == {"country": 2, "city": 4, "alembic_version": 0}
    assert filled.made.kept == ("country",)
    assert set(filled.column("city", "country")) == {"xa", "xb"}
    assert in_words(filled.made) == (
        "4 rows in 1 tables; kept as they were: country;"
        " left empty: alembic_version (it belongs to the migration tool)"
    )


async def test_parents_that_were_not_asked_for_are_made(fill: Filler) -> None:
    schema = """CREATE TABLE a (id int PRIMARY KEY);
        CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a);
        CREATE TABLE c (id int PRIMARY KEY, b int NOT NULL REFERENCES b); CREATE TABLE d (id int)"""
    assert (await fill(schema, {"c": 30})).held == {"a": 12, "b": 12, "c": 30, "d": 0}


async def test_keys_of_references_go_through_all_combinations(fill: Filler) -> None:
    schema = """CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id text PRIMARY KEY);
        CREATE TYPE m AS ENUM ('x', 'y');
        CREATE TABLE ab (a int REFERENCES a, b text REFERENCES b, m m, PRIMARY KEY (b, m, a));"""
    filled = await fill(schema, {"a": 5, "b": 4, "ab": 100})
    assert filled.held["ab"] == 40
    assert filled.made.short == {"ab": "40 of 100: its keys (ab_pkey) allow no more"}


async def test_rows_are_plausible(fill: Filler) -> None:
    schema = """CREATE TABLE users (id serial PRIMARY KEY, name text, email text, country varchar(60),
        currency char(3), phone text, price numeric(8,2), quantity int, status text DEFAULT 'new',
        is_deleted boolean, deleted_at timestamptz, created_at timestamptz, updated_at timestamptz,
        start_date date, end_date date, settings jsonb NOT NULL DEFAULT '{}')"""
    filled = await fill(schema, 12)
    for row in filled.made.rows["users"]:
        assert row["email"].endswith("@example.com")
        assert row["created_at"] <= row["updated_at"]
        assert row["start_date"] <= row["end_date"]
        assert row["price"] > 0
        assert row["quantity"] > 0
        assert (row["status"], row["settings"]) == ("new", {})
    assert filled.column("users", "is_deleted").count(True) == 2
    assert filled.column("users", "deleted_at").count(None) == 10


async def test_hostile_rows_are_at_the_edge(fill: Filler) -> None:
    schema = (
        "CREATE TABLE t (id serial PRIMARY KEY, t varchar(20) NOT NULL, n int NOT NULL, x text)"
    )
    filled = await fill(schema, 80, variant="hostile")
    texts = filled.column("t", "t")
    assert {"", "x" * 20, "日本語のテキスト"} <= set(texts)
    assert len(texts) > len(set(texts))
    assert {2**31 - 1, -(2**31), 0} <= set(filled.column("t", "n"))
    assert None in filled.column("t", "x")
