"""What every engine must do, told through the protocol only (and SQL that all of them know)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal

import psycopg
import pytest

from seamline.engines.protocol import Seen
from seamline.errors import UndoImpossible

from .lab import Lab

SCHEMA = (
    "CREATE TABLE customer (id int PRIMARY KEY, name varchar(40) NOT NULL)",
    "CREATE TABLE purchase (id int PRIMARY KEY, total numeric(12,2), "
    "customer_id int REFERENCES customer (id) ON UPDATE CASCADE ON DELETE CASCADE)",
    "CREATE TABLE visit (page varchar(40), n int)",
    "INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid')",
    "INSERT INTO purchase VALUES (10, 1.50, 1), (11, 2.25, 1), (12, 3.00, 2)",
    "INSERT INTO visit VALUES ('home', 1), ('home', 1), ('help', 2), (NULL, NULL)",
)


@pytest.fixture
async def shop(lab: Lab) -> AsyncIterator[Lab]:
    """A small database under capture."""
    await lab.client.run(*SCHEMA, "CREATE SEQUENCE counter START 7")
    async with lab.database.capture() as capture:
        lab.capture = capture
        yield lab


async def contents(lab: Lab) -> dict[str, list[str]]:
    return {t: await lab.rows(t) for t in ("customer", "purchase", "visit")}


def brief(seen: Seen) -> list[tuple[str, str, dict[str, object]]]:
    return [(c.table, c.op, c.key) for c in seen.changes]


async def test_insert_update_and_delete_are_seen_with_both_images(shop: Lab) -> None:
    before = await contents(shop)
    await shop.client.run(
        "INSERT INTO customer VALUES (4, 'Dee')",
        "UPDATE purchase SET total = 9.90 WHERE id = 12",
        "DELETE FROM visit WHERE page = 'help'",
    )
    seen = await shop.capture.observe(1.0)
    assert brief(seen) == [
        ("customer", "insert", {"id": 4}),
        ("purchase", "update", {"id": 12}),
        ("visit", "delete", {}),
    ]
    insert, update, delete = seen.changes
    assert (insert.before, insert.after) == (None, {"id": 4, "name": "Dee"})
    assert update.columns == {"total"}
    assert update.before is not None and update.before["total"] == Decimal("3.00")
    assert update.after is not None and str(update.after["total"]) == "9.90"
    assert (delete.before, delete.after) == ({"page": "help", "n": 2}, None)
    assert insert.txid < update.txid < delete.txid
    assert not seen.open_transactions
    assert not seen.structure_changed
    assert await shop.capture.undo() == 4
    assert await contents(shop) == before


async def test_what_is_held_stays_when_later_rows_are_put_back(shop: Lab) -> None:
    before = await contents(shop)
    await shop.client.run("INSERT INTO customer VALUES (4, 'Dee')", "DELETE FROM visit WHERE n = 2")
    await shop.capture.hold()
    held = await contents(shop)
    await shop.client.run("UPDATE customer SET name = 'Eve' WHERE id = 4", "DELETE FROM purchase")
    assert len((await shop.capture.observe(1.0)).changes) == 4
    await shop.capture.undo()
    assert await contents(shop) == held
    await shop.capture.release()
    await shop.client.run("UPDATE customer SET name = 'Flo' WHERE id = 4")
    assert brief(await shop.capture.observe(1.0)) == [
        ("customer", "insert", {"id": 4}),
        ("visit", "delete", {}),
    ]
    await shop.capture.undo()
    assert await contents(shop) == before


async def test_a_changed_key_is_one_update(shop: Lab) -> None:
    await shop.client.run("UPDATE customer SET id = id + 100 WHERE id = 3")
    (change,) = (await shop.capture.observe(1.0)).changes
    assert change.op == "update"
    assert change.key == {"id": 3}
    assert change.after == {"id": 103, "name": "Cid"}


async def test_keys_that_move_up_by_one_are_updates(shop: Lab) -> None:
    before = await contents(shop)
    await shop.client.run(
        "UPDATE customer SET id = 5 WHERE id = 3", "UPDATE customer SET id = 3 WHERE id = 2"
    )
    seen = await shop.capture.observe(1.0)
    assert [(c.op, c.key) for c in seen.changes if c.table == "customer"] == [
        ("update", {"id": 3}),
        ("update", {"id": 2}),
    ]
    await shop.capture.undo()
    assert await contents(shop) == before


async def test_cascades_are_seen_and_undone(shop: Lab) -> None:
    before = await contents(shop)
    await shop.client.run("DELETE FROM customer WHERE id = 1")
    seen = await shop.capture.observe(1.0)
    assert sorted(brief(seen), key=str) == [
        ("customer", "delete", {"id": 1}),
        ("purchase", "delete", {"id": 10}),
        ("purchase", "delete", {"id": 11}),
    ]
    await shop.client.run("UPDATE customer SET id = 20 WHERE id = 2")
    assert brief(await shop.capture.observe(1.0)) == [
        ("customer", "update", {"id": 2}),
        ("purchase", "update", {"id": 12}),
    ]
    await shop.capture.undo()
    assert await contents(shop) == before


async def test_truncate_is_seen_row_by_row_and_undone(shop: Lab) -> None:
    before = await contents(shop)
    await shop.client.run("TRUNCATE TABLE visit")
    seen = await shop.capture.observe(1.0)
    assert [c.op for c in seen.changes] == ["delete"] * 4
    await shop.capture.undo()
    assert await contents(shop) == before


async def test_update_inside_rolled_back_transaction_is_not_seen(shop: Lab) -> None:
    await shop.client.run(
        "BEGIN",
        "UPDATE customer SET name = 'X'",
        "ROLLBACK",
        "BEGIN",
        "UPDATE customer SET name = 'Al' WHERE id = 1",
        "SAVEPOINT s",
        "DELETE FROM purchase",
        "ROLLBACK TO SAVEPOINT s",
        "COMMIT",
    )
    assert brief(await shop.capture.observe(1.0)) == [("customer", "update", {"id": 1})]


async def test_transaction_across_a_mark_belongs_to_the_window_of_its_commit(shop: Lab) -> None:
    before = await contents(shop)
    early = await shop.client.connect(autocommit=False)
    await early.execute("UPDATE customer SET name = 'late' WHERE id = 1")
    await shop.client.run("UPDATE customer SET name = 'x' WHERE id = 2")
    first = await shop.capture.observe(0.0)
    assert brief(first) == [("customer", "update", {"id": 2})]
    assert len(first.open_transactions) == 1
    assert "UPDATE customer" in first.open_transactions[0]
    await early.commit()
    assert brief(await shop.capture.observe(1.0)) == [("customer", "update", {"id": 1})]
    await shop.capture.undo()
    assert await contents(shop) == before
    await early.execute("UPDATE customer SET name = 'later' WHERE id = 3")
    await shop.capture.mark()
    await early.commit()
    assert brief(await shop.capture.observe(1.0)) == [("customer", "update", {"id": 3})]
    await shop.capture.undo()
    assert await contents(shop) == before


async def test_observe_waits_for_a_transaction_that_ends_soon(shop: Lab) -> None:
    slow = await shop.client.connect(autocommit=False)
    await slow.execute("INSERT INTO customer VALUES (4, 'Dee')")

    async def finish() -> None:
        await asyncio.sleep(0.05)
        await slow.commit()

    seen, _ = await asyncio.gather(shop.capture.observe(5.0), finish())
    assert brief(seen) == [("customer", "insert", {"id": 4})]
    assert not seen.open_transactions


async def test_undo_ends_a_transaction_that_was_left_open(shop: Lab) -> None:
    before = await contents(shop)
    leak = await shop.client.connect(autocommit=False)
    await leak.execute("UPDATE customer SET name = 'leak' WHERE id = 2")
    await shop.client.run("UPDATE customer SET name = 'x' WHERE id = 1")
    assert (await shop.capture.observe(0.01)).open_transactions
    assert await shop.capture.undo() == 2
    assert await contents(shop) == before
    with pytest.raises(psycopg.OperationalError):
        await leak.execute("SELECT 1")


async def test_undo_keeps_connections_and_prepared_statements_of_the_system(shop: Lab) -> None:
    pooled = await shop.client.connect(prepare_threshold=0)
    for name in ("a", "b"):
        await pooled.execute("UPDATE customer SET name = %s WHERE id = 1", (name,))
        assert len((await shop.capture.observe(1.0)).changes) == 1
        assert await shop.capture.undo() == 2
    cursor = await pooled.execute("SELECT name FROM customer WHERE id = %s", (1,))
    assert await cursor.fetchone() == ("Ann",)


async def test_sequences_are_put_back(shop: Lab) -> None:
    draw = "SELECT nextval('counter') AS n"
    await shop.client.run(draw, draw)
    assert await shop.capture.undo() == 0
    assert await shop.database.query(draw) == [{"n": 7}]


async def test_skipped_values_of_sequences_are_put_back(shop: Lab) -> None:
    await shop.capture.skip()
    draw = "SELECT nextval('counter') AS n"
    assert await shop.database.query(draw) == [{"n": 8}]
    assert await shop.capture.undo() == 0
    assert await shop.database.query(draw) == [{"n": 7}]


async def test_rows_without_a_key_are_told_apart_by_number(shop: Lab) -> None:
    before = await contents(shop)
    connection = await shop.client.connect()
    await connection.execute("INSERT INTO visit VALUES ('home', 1), ('new', 3)")
    await connection.execute("UPDATE visit SET n = 5 WHERE page IS NULL")
    await connection.execute("UPDATE visit SET n = n + 1 WHERE page = 'new'")
    seen = await shop.capture.observe(1.0)
    assert [(c.op, c.after) for c in seen.changes] == [
        ("insert", {"page": "home", "n": 1}),
        ("insert", {"page": "new", "n": 4}),
        ("update", {"page": None, "n": 5}),
    ]
    await shop.capture.undo()
    assert await contents(shop) == before


async def test_changes_are_net_of_the_window(shop: Lab) -> None:
    await shop.client.run(
        "UPDATE customer SET name = 'b' WHERE id = 1",
        "UPDATE customer SET name = 'c' WHERE id = 1",
        "INSERT INTO customer VALUES (4, 'd')",
        "UPDATE customer SET name = 'e' WHERE id = 4",
        "INSERT INTO customer VALUES (5, 'f')",
        "DELETE FROM customer WHERE id = 5",
        "UPDATE customer SET name = 'g' WHERE id = 2",
        "UPDATE customer SET name = 'Bob' WHERE id = 2",
        "DELETE FROM customer WHERE id = 3",
        "INSERT INTO customer VALUES (3, 'anew')",
        "UPDATE purchase SET total = total",
    )
    found = [(c.op, c.before, c.after) for c in (await shop.capture.observe(1.0)).changes]
    assert found == [
        ("update", {"id": 1, "name": "Ann"}, {"id": 1, "name": "c"}),
        ("insert", None, {"id": 4, "name": "e"}),
        ("update", {"id": 3, "name": "Cid"}, {"id": 3, "name": "anew"}),
    ]


async def test_observe_tells_each_change_once_and_undo_takes_all_back(shop: Lab) -> None:
    before = await contents(shop)
    for id_ in (4, 5):
        await shop.client.run(f"INSERT INTO customer VALUES ({id_}, 'n')")
        assert brief(await shop.capture.observe(1.0)) == [("customer", "insert", {"id": id_})]
    assert brief(await shop.capture.observe(1.0)) == []
    await shop.client.run("UPDATE customer SET name = 'z' WHERE id = 4")
    assert brief(await shop.capture.observe(1.0)) == [("customer", "update", {"id": 4})]
    assert await shop.capture.undo() == 2
    assert brief(await shop.capture.observe(1.0)) == []
    assert await contents(shop) == before


async def test_mark_makes_the_present_the_base(shop: Lab) -> None:
    await shop.client.run("INSERT INTO customer VALUES (4, 'kept')")
    await shop.capture.mark()
    kept = await contents(shop)
    await shop.client.run("DELETE FROM customer")
    await shop.capture.undo()
    assert await contents(shop) == kept


async def test_structure_change_makes_undo_impossible_until_the_next_mark(shop: Lab) -> None:
    await shop.client.run(
        "INSERT INTO customer VALUES (4, 'd')", "ALTER TABLE customer ADD COLUMN age int"
    )
    seen = await shop.capture.observe(1.0)
    assert "ALTER TABLE" in seen.structure_changed
    with pytest.raises(UndoImpossible, match="ALTER TABLE"):
        await shop.capture.undo()
    await shop.capture.mark()
    await shop.client.run("CREATE TABLE fresh (id int PRIMARY KEY)")
    await shop.capture.mark()
    await shop.client.run(
        "INSERT INTO fresh VALUES (1)", "UPDATE customer SET age = 5 WHERE id = 1"
    )
    seen = await shop.capture.observe(1.0)
    assert [c.table for c in seen.changes] == ["fresh", "customer"]
    assert not seen.structure_changed
    assert await shop.capture.undo() == 3


async def test_temporary_tables_are_no_change_of_structure(shop: Lab) -> None:
    await shop.client.run(
        "CREATE TEMPORARY TABLE scratch (id int PRIMARY KEY)",
        "INSERT INTO scratch VALUES (1)",
        "DROP TABLE scratch",
    )
    seen = await shop.capture.observe(1.0)
    assert (seen.changes, seen.structure_changed) == ((), "")
    assert await shop.capture.undo() == 0


async def test_capture_leaves_nothing_behind(lab: Lab) -> None:
    await lab.client.run(*SCHEMA)
    catalog = await lab.database.catalog()
    async with lab.database.capture() as capture:
        assert await lab.database.catalog() == catalog
        await lab.client.run("DELETE FROM visit")
        await capture.undo()
    assert await lab.database.catalog() == catalog
    await lab.client.run("DELETE FROM visit", "DROP TABLE visit")


async def test_clone_is_a_copy_of_its_own(lab: Lab) -> None:
    await lab.client.run(*SCHEMA)
    await lab.client.connect()  # a connection left on the source does not matter
    name = lab.database.address.name + "_copy"
    address = await lab.server.clone(lab.database.address.name, name)
    try:
        async with AsyncExitStack() as stack:
            copy = await stack.enter_async_context(lab.server.open(address))
            assert (await copy.query("SELECT count(*) AS n FROM customer")) == [{"n": 3}]
            async with copy.capture() as capture:
                await copy.query("SELECT 1 AS one")
                assert (await capture.observe(1.0)).changes == ()
    finally:
        await lab.server.drop(address.name)


async def test_query_gives_values_as_row_images_do(shop: Lab) -> None:
    await shop.client.run("INSERT INTO purchase VALUES (13, 0.10, NULL)")
    (change,) = (await shop.capture.observe(1.0)).changes
    (row,) = await shop.database.query("SELECT * FROM purchase WHERE id = %(id)s", {"id": 13})
    assert row == change.after == {"id": 13, "total": Decimal("0.10"), "customer_id": None}


async def test_catalog_tells_tables_keys_and_references(shop: Lab) -> None:
    catalog = await shop.database.catalog()
    assert [t.name for t in catalog.tables] == ["customer", "purchase", "visit"]
    assert catalog.by_name["customer"].primary_key == ("id",)
    (reference,) = catalog.by_name["purchase"].foreign_keys
    assert (reference.columns, reference.table, reference.to, reference.on_delete) == (
        ("customer_id",),
        "customer",
        ("id",),
        "cascade",
    )
    name = catalog.by_name["customer"].by_column["name"]
    assert (name.max_length, name.nullable) == (40, False)
