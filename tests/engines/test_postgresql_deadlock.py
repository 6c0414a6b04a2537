"""Capture comes and goes while the system writes: one of both has to give way, and no run ends of that."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

import pytest

from seamline.engines.postgresql.capture import RowCapture

from .lab import Lab


@pytest.mark.parametrize("what", ["_install", "remove"])
async def test_a_deadlock_with_a_writer_ends_in_another_try(database: Lab, what: str) -> None:
    await database.client.run("CREATE TABLE a (n int)", "CREATE TABLE b (n int)")
    writer = await database.client.connect(autocommit=False)
    second = "b" if what == "_install" else "a"  # where its trigger waits for the log that goes
    tries: list[int] = []
    real = getattr(RowCapture, what)

    async def late() -> None:
        await asyncio.sleep(0.3)
        await writer.execute(f"INSERT INTO {second} VALUES (1)".encode())
        await writer.commit()

    async def meets(self: RowCapture) -> None:
        tries.append(1)
        if len(tries) > 1:
            await real(self)
            return
        await writer.execute("LOCK TABLE a IN ROW EXCLUSIVE MODE")
        own = self._connection.execute
        if what == "_install":
            await own("LOCK TABLE public.b")
        waits = asyncio.create_task(late())
        try:
            await real(self)
        finally:
            await waits

    if what == "_install":
        with patch.object(RowCapture, what, meets):
            async with database.database.capture() as capturing:
                assert not (await capturing.observe(1.0)).changes
    else:
        capture = database.database.capture()
        await capture.__aenter__()
        with patch.object(RowCapture, what, meets):
            await capture.__aexit__(None, None, None)
    assert len(tries) == 2
    assert await database.rows("pg_namespace", ("nspname",)) == await _schemas(database)
    assert await database.rows(second) == ["[('n', 1)]"]


async def _schemas(database: Lab) -> list[str]:
    return [s for s in await database.rows("pg_namespace", ("nspname",)) if "seamline" not in s]
