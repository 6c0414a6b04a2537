"""Which statements read all of a table that grows: the planner's word, on a copy with many rows."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest

from seamline.engines.protocol import Address, Server
from seamline.model.catalog import Catalog
from seamline.model.statement import Scan, SqlStatement
from seamline.run.equality import equalities
from seamline.run.scaled import Scaled

_SCHEMA = """
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE ways (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users, buyer_id bigint NOT NULL REFERENCES users,
    way_id int NOT NULL REFERENCES ways, status text NOT NULL, ticket text NOT NULL
);
CREATE TABLE moments (at timestamptz NOT NULL);
CREATE INDEX ON orders (buyer_id);
INSERT INTO users (email) VALUES ('a@example.com'), ('b@example.com');
INSERT INTO ways VALUES (1, 'air'), (2, 'sea'), (3, 'land');
INSERT INTO orders (user_id, buyer_id, way_id, status, ticket)
SELECT 1, 2, 1, 'new', 'T' || n FROM generate_series(1, 6) AS n;
"""


@pytest.fixture
async def base(pg_server: Server) -> AsyncIterator[Address]:
    name = f"base_{secrets.token_hex(4)}"
    address = await pg_server.create(name)
    await pg_server.run_script(address, _SCHEMA, "schema")
    yield address
    await pg_server.drop(name)


def asked(text: str, *params: str) -> SqlStatement:
    return SqlStatement(text=text, kind="read", params=params, connection=1, transaction=1)


async def scans(server: Server, base: Address, *statements: SqlStatement) -> tuple[Scan, ...]:
    async with server.open(base) as database:
        catalog = await database.catalog()
    grows = frozenset({"users", "orders", "moments"})
    scaled = Scaled(server, base, f"{base.name}_scaled", grows)
    try:
        found = await scaled.scans(statements, catalog)
        assert found is not None
        assert await scaled.scans(statements, catalog) == found
        return found
    finally:
        await scaled.close()


async def test_a_reference_and_a_number_of_its_own_without_index_are_seen(
    pg_server: Server, base: Address
) -> None:
    by_user = asked("SELECT * FROM orders WHERE user_id = $1 ORDER BY id LIMIT $2", "1", "20")
    by_ticket = asked(
        "SELECT o.id FROM orders o JOIN users u ON u.id = o.user_id WHERE o.ticket = $1", "T1"
    )
    found = await scans(pg_server, base, by_user, by_ticket)
    assert [(s.table, s.column) for s in found] == [("orders", "user_id"), ("orders", "ticket")]
    assert all(s.cost > 5 * s.indexed and s.rows == 20_000 for s in found)


async def test_what_an_index_finds_or_would_not_spare_is_not(
    pg_server: Server, base: Address
) -> None:
    found = await scans(
        pg_server,
        base,
        asked("SELECT * FROM orders WHERE buyer_id = $1", "1"),
        asked("SELECT * FROM orders WHERE status = $1", "new"),  # a word that many rows have
        asked("SELECT * FROM orders WHERE user_id > $1", "1"),
        asked("SELECT * FROM users WHERE email = $1", "a@example.com"),
        asked("SELECT * FROM orders WHERE id = $1", "1"),
        asked("SELECT * FROM orders WHERE user_id = $1", "no number"),
    )
    assert found == ()


async def test_a_list_of_words_to_which_nobody_adds_stays_short(
    pg_server: Server, base: Address
) -> None:
    found = await scans(pg_server, base, asked("SELECT * FROM orders WHERE way_id = $1", "1"))
    assert all(s.cost < 5 * s.indexed for s in found)


async def test_a_database_that_cannot_be_copied_is_not_known(
    pg_server: Server, base: Address
) -> None:
    async with pg_server.open(base) as database:
        catalog = await database.catalog()
    scaled = Scaled(pg_server, base, base.name, None)
    assert (
        await scaled.scans([asked("SELECT * FROM orders WHERE user_id = $1", "1")], catalog) is None
    )
    await scaled.close()


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (
            "SELECT o.id FROM orders AS o WHERE o.user_id = $1::int AND (o.status = 'new')",
            ["user_id", "status"],
        ),
        (
            "SELECT count(*) FROM (SELECT orders.id FROM orders WHERE user_id = $1) AS a",
            ["user_id"],
        ),
        ("UPDATE orders SET status = $1 WHERE $2 = user_id", ["user_id"]),
        ("DELETE FROM orders WHERE id = 1 OR user_id = 2", []),
        ("SELECT * FROM orders WHERE lower(status) = $1 AND user_id = buyer_id", []),
        ("SELECT 1; SELECT * FROM orders WHERE user_id = 1", []),
        ("SELECT * FROM absent WHERE user_id = 1", []),
        ("SELECT ((((", []),
    ],
)
async def test_columns_asked_for_by_equality(
    pg_server: Server, base: Address, text: str, columns: list[str]
) -> None:
    async with pg_server.open(base) as database:
        catalog: Catalog = await database.catalog()
    assert equalities(text, catalog) == [("orders", c) for c in columns]
