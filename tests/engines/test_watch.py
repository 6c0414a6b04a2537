"""What statements of a migration do to tables, as a real server says it."""

from __future__ import annotations

import psycopg
import pytest

from seamline.engines.protocol import Watch
from seamline.model.structure import Structure
from seamline.model.worked import Worked

from .lab import Lab

TABLES = """
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int, code varchar(40) UNIQUE,
    n int, made timestamptz DEFAULT now());
INSERT INTO parent SELECT generate_series(1, 10);
INSERT INTO child (parent_id, code, n) SELECT g, 'c' || g, g FROM generate_series(1, 10) g;
"""


async def _did(lab: Lab, watch: Watch, *statements: str, together: bool = False) -> list[Worked]:
    """What the system's own role does."""
    await watch.begin()
    async with await psycopg.AsyncConnection.connect(
        lab.client.address.url, autocommit=not together
    ) as connection:
        for statement in statements:
            await connection.execute(statement.encode())
    return list(await watch.told())


@pytest.mark.parametrize(
    ("statement", "lock", "read", "rewritten"),
    [
        ("ALTER TABLE child ADD a int", "ACCESS EXCLUSIVE", 0, False),
        ("ALTER TABLE child ADD a int NOT NULL DEFAULT 7", "ACCESS EXCLUSIVE", 0, False),
        ("ALTER TABLE child ADD a float8 DEFAULT random()", "ACCESS EXCLUSIVE", 3000, True),
        ("ALTER TABLE child ALTER n TYPE bigint", "ACCESS EXCLUSIVE", 3000, True),
        ("ALTER TABLE child ALTER code TYPE varchar(80)", "ACCESS EXCLUSIVE", 0, False),
        ("ALTER TABLE child ALTER n SET NOT NULL", "ACCESS EXCLUSIVE", 1000, False),
        ("ALTER TABLE child ADD CHECK (n > 0)", "ACCESS EXCLUSIVE", 1000, False),
        ("ALTER TABLE child ADD CHECK (n > 0) NOT VALID", "ACCESS EXCLUSIVE", 0, False),
        (
            "ALTER TABLE child ADD FOREIGN KEY (parent_id) REFERENCES parent",
            "SHARE ROW EXCLUSIVE",
            1000,
            False,
        ),
        ("CREATE INDEX ON child (n)", "SHARE", 1000, False),
        ("CREATE TABLE late (id int REFERENCES parent)", "", 0, False),
    ],
)
async def test_a_statement_is_told_with_its_lock_and_what_it_read(
    database: Lab, statement: str, lock: str, read: int, *, rewritten: bool
) -> None:
    await database.client.run(TABLES)
    async with database.database.watch() as watch:
        structure = await database.database.structure()
        assert await watch.grow(structure["table child"], 1000) == 1000
        (did,) = await _did(database, watch, statement)
    assert (did.held["child"].lock if "child" in did.held else "") == lock
    # A rewrite also reads for each index that it makes anew.
    assert did.read.get("child", 0) == read
    assert did.rewritten == (("child",) if rewritten else ())


async def test_what_stands_in_one_transaction_is_told_as_such(database: Lab) -> None:
    await database.client.run(TABLES)
    async with database.database.watch() as watch:
        first, second = await _did(
            database,
            watch,
            "ALTER TABLE child ADD a int",
            "UPDATE child SET a = n",
            together=True,
        )
        assert first.transaction == second.transaction != ""
        assert second.kind == "UPDATE"
        assert second.written == {"child": 10}
        assert second.held["child"].blocks == "reads and writes"
        (alone,) = await _did(database, watch, "DELETE FROM child WHERE id = 1")
        assert alone.written == {"child": 1}
        assert alone.held["child"].blocks == "nothing"


async def test_what_goes_on_beside_others_holds_nothing(database: Lab) -> None:
    await database.client.run(TABLES)
    async with database.database.watch() as watch:
        made, gone = await _did(
            database,
            watch,
            "CREATE INDEX CONCURRENTLY of_n ON child (n)",
            "DROP INDEX CONCURRENTLY of_n",
        )
        assert {h.blocks for w in (made, gone) for h in w.held.values()} <= {"nothing"}
        assert await watch.invalid_indexes() == ()
        with pytest.raises(psycopg.errors.UniqueViolation):
            await _did(
                database,
                watch,
                "UPDATE child SET n = 1",
                "CREATE UNIQUE INDEX CONCURRENTLY twice ON child (n)",
            )
        assert await watch.invalid_indexes() == ("twice",)


async def test_rows_that_cannot_be_copied_stay_as_they_are(database: Lab) -> None:
    await database.client.run(
        TABLES + "CREATE TABLE pair (parent_id int PRIMARY KEY REFERENCES parent);"
        "INSERT INTO pair SELECT id FROM parent;"
        "CREATE TABLE short (code varchar(3) UNIQUE); INSERT INTO short VALUES ('a'), ('b');"
        "CREATE TABLE odd (t text PRIMARY KEY CHECK (t ~ '^[a-z]$')); INSERT INTO odd VALUES ('a'), ('b')"
    )
    async with database.database.watch() as watch:
        structure: Structure = await database.database.structure()
        for table, rows in (("pair", 10), ("short", 2), ("odd", 2)):
            assert await watch.grow(structure[f"table {table}"], 1000) == rows
        await watch.empty([structure["table parent"]])
        assert await watch.count(structure["table pair"]) == 0
