"""What is wrong with an environment, a history or a server is told plainly, and nothing is touched."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from seamline.engines.protocol import Server
from seamline.engines.registry import engine_for
from seamline.errors import TargetError

from .lab import SYNC, Step, walked, write

OWNERS = Step("CREATE TABLE owner (id int PRIMARY KEY)", "DROP TABLE owner")
ELSEWHERE = "host=127.0.0.1 port={port} dbname=production user=x"


@pytest.mark.parametrize(
    "connect",
    [
        "import psycopg; psycopg.connect({conninfo!r})",
        "import asyncio, psycopg; asyncio.run(psycopg.AsyncConnection.connect({conninfo!r}))",
        "import sqlalchemy as s; s.create_engine('postgresql+psycopg://', creator=lambda:"
        " __import__('psycopg').connect({conninfo!r})).connect()",
    ],
)
async def test_a_connection_of_its_own_is_refused_before_it_is_made(
    pg_server: Server, tmp_path: Path, connect: str
) -> None:
    address = await pg_server.create("production")
    conninfo = ELSEWHERE.format(port=address.port)
    folder = write(tmp_path, {"a": OWNERS}, env=connect.format(conninfo=conninfo) + SYNC)
    try:
        with pytest.raises(
            TargetError, match=r"env\.py connects to .*'production'.*\[system\] env"
        ):
            await walked(pg_server, folder)
        async with pg_server.open(address) as database:
            assert not [t for t in (await database.structure()).values() if t.sql]
    finally:
        await pg_server.drop("production")


async def test_a_revision_that_connects_elsewhere_is_refused(
    pg_server: Server, tmp_path: Path
) -> None:
    elsewhere = "sa.create_engine('postgresql+psycopg://x@127.0.0.1:1/production').connect()"
    said = await walked(pg_server, write(tmp_path, {"a": OWNERS, "b": Step(elsewhere)}))
    assert said.checks == {"b": ["upFromEmpty"]}
    assert "'production' at '127.0.0.1', port 1: that is not the one" in said.findings[0].actual


async def test_a_database_that_is_not_empty_is_told(pg_server: Server, tmp_path: Path) -> None:
    made = SYNC.replace(
        "    context.configure", "    METADATA.create_all(connection)\n    context.configure"
    )
    models = "import sqlalchemy\nm = sqlalchemy.MetaData()\n"
    models += "sqlalchemy.Table('early', m, sqlalchemy.Column('id', sqlalchemy.Integer))\n"
    folder = write(tmp_path, {"a": OWNERS}, env=models + made, metadata="m")
    with pytest.raises(
        TargetError, match=r"not empty before the first revision: early.*Alembic's own"
    ):
        await walked(pg_server, folder)


async def test_a_server_that_dies_in_the_middle_blames_no_revision(tmp_path: Path) -> None:
    pids: list[int] = []
    (tmp_path / "server").mkdir()
    engine = engine_for("postgresql")
    with pytest.raises(TargetError, match=r"(structure|rows) cannot be read"):
        async with engine.private(tmp_path / "server", pids.append) as server:
            stop = f"import os; os.kill({pids[-1]}, {int(signal.SIGQUIT)})"
            ends = f"sa.Integer\n{stop}\nop.execute('SELECT pg_sleep(5)')"
            said = await walked(server, write(tmp_path, {"a": OWNERS, "b": Step(ends)}))
            pytest.fail(f"walked on: {said.findings}")
    with pytest.raises(ProcessLookupError):
        os.kill(pids[-1], 0)
