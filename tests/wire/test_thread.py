"""What is taken of a proxy, and how long that waits."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

import psycopg
import pytest

from seamline.wire import thread

from .conftest import Place


async def test_a_statement_that_lasts_is_waited_for_once(place: Place) -> None:
    """A worker that waits in the database must not slow every request down."""
    connect = psycopg.AsyncConnection.connect
    async with await connect(place.through.url) as worker, await connect(place.through.url) as c:
        waits = asyncio.create_task(worker.execute("SELECT pg_sleep(60)"))
        await asyncio.sleep(0.1)
        waited = await _looks(place)
        for n in range(3):
            await c.execute("INSERT INTO t VALUES (%s)", [n])
            assert await _looks(place) < waited
        await c.rollback()
        await worker.cancel_safe()
        with pytest.raises(psycopg.errors.QueryCanceled):
            await waits
        assert any("pg_sleep" in s.text for s in await place.seen())


async def _looks(place: Place) -> int:
    """How often it was looked whether something is still on its way."""
    with patch.object(thread.asyncio, "sleep", wraps=asyncio.sleep) as sleep:  # type: ignore[attr-defined]
        await place.seen()
    return sleep.call_count
