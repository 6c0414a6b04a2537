"""Rows of identities, and whose row a path names, on a real database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from seamline.checks import Context
from seamline.model.exchange import Request
from seamline.run.own_row import own_rows
from seamline.run.owner import owner_of
from seamline.spec.project import Project

from ..engines.lab import Lab
from .lab import session

TABLES = (
    "CREATE TABLE users (id int PRIMARY KEY, email varchar(80), nick text UNIQUE)",
    "CREATE UNIQUE INDEX users_email ON users (lower(email))",
    "CREATE TABLE invited (id int PRIMARY KEY, email text UNIQUE)",
    "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users)",
    "CREATE TABLE parcels (code text PRIMARY KEY, order_id int REFERENCES orders)",
    "INSERT INTO users VALUES (1, 'ann@x.org', 'ann'), (2, 'bob@x.org', 'bob'), (3, 'c', 'cid')",
    "INSERT INTO invited VALUES (1, 'ann@x.org')",
    "INSERT INTO orders VALUES (10, 1), (11, 2), (12, NULL), (13, 3)",
    "INSERT INTO parcels VALUES ('p', 10)",
)


def login(**fields: str) -> dict[str, Any]:
    return {"login": {"path": "/login", "json": fields, "token": "#/t"}}


def project(**identities: dict[str, Any]) -> Project:
    written = {"system": {"url": "http://x"}, "identities": identities}
    return msgspec.structs.replace(msgspec.convert({**written, "folder": Path()}, Project))


async def nobody(request: Request) -> tuple[int, Any]:
    return 200, None


async def test_rows_are_found_by_what_identities_log_in_with(database: Lab) -> None:
    await database.client.run(*TABLES)
    who = project(
        ann=login(email="ann@x.org", password="bob"),
        bob={"basic": {"username": "bob", "password": "secret"}},
        eve=login(email="eve@x.org"),
        robot={"header": {"X-Key": "k"}},
        named={**login(email="bob@x.org"), "row": {"table": "users", "where": {"id": 1}}},
        secret=login(password="ann@x.org", code="ann"),
    )
    async with session(database, nobody) as opened:
        assert await own_rows(who, opened.target) == {
            "ann": ("users", {"email": "ann@x.org"}),
            "bob": ("users", {"nick": "bob"}),
            "named": ("users", {"id": 1}),
        }


async def test_the_owner_of_what_a_path_names(database: Lab) -> None:
    await database.client.run(*TABLES)
    rows = {"ann": ("users", {"nick": "ann"}), "bob": ("users", {"nick": "bob"})}
    async with session(database, nobody, identity_rows=rows) as opened:

        async def owner(operation: str, **path: Any) -> tuple[str, str] | None:
            found = await owner_of(opened, operation, path)
            return None if found is None else (found.identity, found.by)

        assert await owner("GET /orders/{id}", id=10) == ("ann", "orders.user_id")
        assert await owner("GET /orders/{id}", id="11") == ("bob", "orders.user_id")
        assert await owner("GET /orders/{id}", id=12) is None
        assert await owner("GET /orders/{id}", id=13) is None
        assert await owner("GET /orders/{id}", id=99) is None
        way = "parcels.order_id → orders.user_id"
        assert await owner("DELETE /parcels/{code}", code="p") == ("ann", way)
        assert await owner("POST /orders/{id}/parcels", id=11) == ("bob", "orders.user_id")
        assert await owner("GET /users/{id}", id=2) == ("bob", "users.id")
        assert await owner("GET /nothing/{id}", id=2) is None


async def test_the_owner_of_what_a_body_names(database: Lab) -> None:
    await database.client.run(*TABLES)
    rows = {"ann": ("users", {"nick": "ann"}), "bob": ("users", {"nick": "bob"})}
    async with session(database, nobody, identity_rows=rows) as opened:
        catalog = opened.target.catalog
        own = Context(catalog=catalog, resource="parcels")
        opened.rules = msgspec.structs.replace(opened.rules, contexts={"POST /parcels": own})
        for sent, identity in (({"orderId": 11}, "bob"), ({"order_id": 12}, None), ([], None)):
            found = await owner_of(opened, "POST /parcels", {}, sent)
            assert (found.identity if found else None) == identity
