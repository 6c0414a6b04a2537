"""The statements of a request are its own, and what is shown of them is the same in every run."""

from __future__ import annotations

from typing import Any

import msgspec
import psycopg

from seamline.engines.protocol import Address, Server
from seamline.model.exchange import Request
from seamline.model.finding import Transcript
from seamline.run.case import run_case
from seamline.run.evidence import transcript
from seamline.wire.thread import tapped

from ..engines.lab import Lab
from .lab import FakeClient, case, session, step

SCHEMA = (
    "CREATE TABLE notes (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text, password text)"
)


async def ran(lab: Lab, server: Server) -> list[Transcript]:
    """Two requests of a case: one writes, the other fails."""
    at = lab.client.address
    async with tapped(at.host, at.port) as tap, session(lab, _nothing) as s:
        connection = await psycopg.AsyncConnection.connect(server_url(server, at, tap.port))

        async def system(request: Request) -> tuple[int, Any]:
            try:
                async with connection.transaction():
                    if request.target == "/bad":
                        await connection.execute("SELECT nope")
                    await connection.execute("INSERT INTO notes (text) VALUES (%s)", ["it's"])
                    await connection.execute("UPDATE notes SET password = %s", ["hunter22"])
            except psycopg.Error:
                return 500, {}
            return 201, {}

        s.target.client = FakeClient(system)  # type: ignore[assignment]
        s.target.tap = tap
        await connection.execute("SELECT 'before'")
        await connection.commit()
        outcome = await run_case(s, case(step("POST /good"), step("POST /bad")))
        await connection.close()
        return [transcript(x, s.redactor) for x in outcome.exchanges]


async def _nothing(request: Request) -> tuple[int, Any]:
    return 200, {}


def timeless(shown: list[Transcript]) -> list[Any]:
    return [
        [msgspec.structs.replace(s, started_ms=0, duration_ms=0) for s in t.sql or ()]
        for t in shown
    ]


async def test_statements_stand_with_the_request_that_sent_them(
    database: Lab, pg_server: Server
) -> None:
    await database.client.run(SCHEMA)
    good, bad = first = await ran(database, pg_server)
    assert [(s.kind, s.params) for s in good.sql or ()] == [
        ("begin", None),
        ("write", ("it's",)),
        ("write", ("‹hidden›",)),
        ("commit", None),
    ]
    assert {(s.connection, s.transaction) for s in good.sql or ()} == {(1, 1)}
    assert [(s.kind, s.sqlstate) for s in bad.sql or ()] == [
        ("begin", ""),
        ("read", "42703"),
        ("rollback", ""),
    ]
    assert timeless(await ran(database, pg_server)) == timeless(first)


async def test_without_a_proxy_nothing_is_known_of_statements(database: Lab) -> None:
    async with session(database, _nothing) as s:
        outcome = await run_case(s, case(step("POST /good")))
        assert outcome.exchanges[0].sql is None


async def test_an_earlier_try_of_a_request_sent_no_statements_of_it(
    database: Lab, pg_server: Server
) -> None:
    at = database.client.address
    async with tapped(at.host, at.port) as tap, session(database, _nothing) as s:
        through = server_url(pg_server, at, tap.port)
        async with await psycopg.AsyncConnection.connect(through, autocommit=True) as connection:
            tries: list[str] = []

            async def system(request: Request) -> tuple[int, Any]:
                tries.append(request.target)
                await connection.execute(f"SELECT {len(tries)}")
                return (429 if len(tries) == 1 else 200), {}

            s.target.client = FakeClient(system)  # type: ignore[assignment]
            s.target.tap = tap
            outcome = await run_case(s, case(step("POST /good")))
    assert len(tries) == 2
    assert [x.text for x in outcome.exchanges[0].sql or ()] == ["SELECT 2"]


def server_url(server: Server, at: Address, port: int) -> str:
    through = server.via(at, port)
    assert through is not None
    return through.url
