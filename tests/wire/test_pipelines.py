"""Statements that are sent before those ahead of them are answered, as libpq and JDBC do, and faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import psycopg
import pytest

from seamline.model.statement import SqlStatement
from seamline.wire.policy import FORWARD, Action, Pending

from .conftest import Place


class Decides:
    """A policy that notes what it is asked, and does `action` to the statements that `wanted` names."""

    def __init__(self, wanted: Callable[[Pending], bool], action: Action = FORWARD) -> None:
        self._wanted, self._action = wanted, action
        self.asked: list[Pending] = []

    def before(self, statement: Pending) -> Action:
        self.asked.append(statement)
        return self._action if self._wanted(statement) else FORWARD

    def after(self, statement: SqlStatement) -> None:
        """Nothing is to be done afterwards."""


async def test_what_follows_a_begin_that_is_not_answered_yet_is_in_its_transaction(
    place: Place,
) -> None:
    policy = Decides(lambda _: False)
    await place.tap.use(policy)
    async with await psycopg.AsyncConnection.connect(place.through.url, autocommit=True) as c:
        async with c.pipeline():
            for text in ("BEGIN", "INSERT INTO t VALUES (1)", "COMMIT", "INSERT INTO t VALUES (2)"):
                await c.execute(text)
        await c.execute("INSERT INTO t VALUES (3)")
    assert [(p.text, p.in_transaction) for p in policy.asked] == [
        ("BEGIN", False),
        ("INSERT INTO t VALUES (1)", True),
        ("COMMIT", True),
        ("INSERT INTO t VALUES (2)", False),
        ("INSERT INTO t VALUES (3)", False),
    ]


async def test_a_commit_is_refused_behind_a_statement_that_fails_by_itself(place: Place) -> None:
    """The server skips what stands behind that up to Sync, our ROLLBACK too."""
    await place.tap.use(Decides(lambda p: p.kind == "commit", Action("commit_error", "40001")))
    async with await psycopg.AsyncConnection.connect(place.through.url, autocommit=True) as c:
        with pytest.raises(psycopg.errors.UndefinedTable):
            async with asyncio.timeout(5), c.pipeline():
                for text in ("BEGIN", "INSERT INTO nowhere VALUES (1)", "COMMIT"):
                    await c.execute(text)
        async with asyncio.timeout(5):
            await c.execute("ROLLBACK")
            assert await (await c.execute("SELECT 42")).fetchone() == (42,)


async def test_a_statement_that_fails_by_itself_is_cut_off_though_no_sync_was_sent(
    place: Place,
) -> None:
    await place.tap.use(Decides(lambda p: p.kind == "write", Action("drop_after")))
    c = await psycopg.AsyncConnection.connect(place.through.url, autocommit=True)
    with pytest.raises(psycopg.OperationalError):
        async with asyncio.timeout(5), c.pipeline():
            cursor = await c.execute("INSERT INTO nowhere VALUES (1) RETURNING 1")
            await cursor.fetchone()
    assert c.broken


async def test_what_the_server_says_of_itself_is_not_kept_back_with_a_refused_commit(
    place: Place,
) -> None:
    await place.tap.use(Decides(lambda p: p.kind == "commit", Action("commit_error", "40001")))
    connect = psycopg.AsyncConnection.connect
    async with await connect(place.through.url, autocommit=True) as c:
        heard: list[str] = []
        c.add_notify_handler(lambda n: heard.append(n.payload))
        before = c.pgconn.parameter_status(b"TimeZone")
        await c.execute("LISTEN news")
        async with await connect(place.direct.url, autocommit=True) as other:
            with pytest.raises(psycopg.errors.SerializationFailure):
                async with c.transaction():
                    await c.execute("SET TIME ZONE 'Asia/Tokyo'")
                    await other.execute("NOTIFY news, 'hello'")
        assert c.pgconn.parameter_status(b"TimeZone") == before
        await c.execute("SELECT 1")
        assert heard == ["hello"]


async def test_what_is_refused_when_it_is_committed_has_failed(place: Place) -> None:
    """Without a transaction around it a statement is committed at Sync, and deferred rules hold then."""
    async with await psycopg.AsyncConnection.connect(place.direct.url, autocommit=True) as c:
        await c.execute("CREATE TABLE late (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    async with await psycopg.AsyncConnection.connect(place.through.url, autocommit=True) as c:
        await c.execute("INSERT INTO late VALUES (%s)", (1,))
        with pytest.raises(psycopg.errors.UniqueViolation):
            await c.execute("INSERT INTO late VALUES (%s)", (1,))
    assert [s.sqlstate for s in await place.seen() if s.kind == "write"] == ["", "23505"]


async def test_a_prepared_statement_that_is_longer_than_what_is_kept_says_so(place: Place) -> None:
    short, long = (f"SELECT %s::int /* {'x' * size} */" for size in (15_000, 17_000))
    async with await psycopg.AsyncConnection.connect(place.through.url, autocommit=True) as c:
        for text in (short, long):
            await c.execute(text.encode(), (1,))
    assert [s.cut for s in await place.seen() if s.kind == "read"] == [False, True]


async def test_transactions_that_are_sent_at_once_are_counted_apart(place: Place) -> None:
    async with await psycopg.AsyncConnection.connect(place.through.url, autocommit=True) as c:
        async with c.pipeline():
            for n in (1, 2):
                for text in ("BEGIN", f"INSERT INTO t VALUES ({n})", "COMMIT"):
                    await c.execute(text)
        await c.execute("INSERT INTO t VALUES (3)")
    seen = [s for s in await place.seen() if s.kind in {"begin", "write", "commit"}]
    first = seen[0].transaction
    assert [s.transaction - first for s in seen] == [0, 0, 0, 1, 1, 1, 2]
