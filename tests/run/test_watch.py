"""Whose statements those are that pass while a request is under way."""

from __future__ import annotations

import asyncio

import psycopg
import pytest

from seamline.model.statement import SqlKind, SqlStatement
from seamline.run.watch import background_statements, begun, parted
from seamline.wire.thread import tapped

from ..engines.lab import Lab
from .lab import session


def said(connection: int, text: str, kind: SqlKind) -> SqlStatement:
    return SqlStatement(text=text, kind=kind, connection=connection, transaction=1)


def test_a_transaction_that_is_said_in_silence_too_is_of_no_request() -> None:
    theirs = (
        said(1, "BEGIN", "begin"),
        said(1, "DELETE FROM outbox WHERE id = 7", "write"),
        said(1, "COMMIT", "commit"),
    )
    mine = (
        said(2, "BEGIN", "begin"),
        said(2, "DELETE FROM outbox WHERE id = 8", "write"),
        said(2, "INSERT INTO orders VALUES (1)", "write"),
        said(2, "COMMIT", "commit"),
    )
    silence = {"DELETE FROM outbox WHERE id = ?"}
    assert parted((*theirs, *mine), silence) == (mine, theirs)
    assert parted((*theirs, *mine), frozenset()) == ((*theirs, *mine), ())


def test_what_begins_a_transaction_and_is_said_in_silence_too() -> None:
    claim = said(1, "DELETE FROM outbox WHERE id = 7", "write")
    more = said(1, "UPDATE outbox SET sent = true", "write")
    silence = {"DELETE FROM outbox WHERE id = ?", "UPDATE outbox SET sent = true"}
    first = said(1, "BEGIN", "begin")
    assert begun((first, claim, more), silence) == {"DELETE FROM outbox WHERE id = ?"}
    assert begun((first, more, claim), silence - {more.text}) == frozenset()
    assert begun((claim,), frozenset()) == frozenset()


async def test_what_is_said_in_silence(database: Lab) -> None:
    await database.client.run("CREATE TABLE outbox (id int)")
    address = database.client.address
    async with tapped(address.host, address.port) as tap, session(database, _nobody) as made:
        via = database.server.via(address, tap.port)
        assert via is not None
        made.target.tap = tap
        async with await psycopg.AsyncConnection.connect(via.url) as worker:
            await worker.execute("SELECT 1 FROM outbox")
            watched = asyncio.create_task(background_statements(made.target, 0.3))
            await asyncio.sleep(0.1)
            await worker.execute("DELETE FROM outbox WHERE id = 3")
            await worker.commit()
            assert await watched == {"DELETE FROM outbox WHERE id = ?": pytest.approx(1 / 0.3)}


async def _nobody(_: object) -> tuple[int, object]:
    return 404, {}
