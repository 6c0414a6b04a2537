"""What a request says and the system in silence too, told from the rhythm of the background."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from seamline.explore.whose import Heard, said_itself

SAID = "DELETE FROM outbox"


def under_way(seconds: float, period: float, *, says: bool) -> Callable[[], Awaitable[Heard]]:
    """A request of so many seconds beside a worker that says the same each `period` seconds."""

    async def send() -> Heard:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        ended = asyncio.get_running_loop().time()
        is_heard = says or began // period != ended // period
        return frozenset({SAID} if is_heard else ()), (ended - began) * 1000

    return send


@pytest.mark.parametrize(("seconds", "period"), [(0.01, 0.3), (0.02, 0.1), (0.001, 1.0)])
async def test_what_it_says_each_time(seconds: float, period: float) -> None:
    told = await said_itself(under_way(seconds, period, says=True), {SAID: 1 / period})
    assert told == [SAID]


@pytest.mark.parametrize(
    ("seconds", "period"), [(0.01, 0.3), (0.02, 0.04), (0.1, 0.1), (0.05, 0.02)]
)
async def test_a_worker_that_is_heard_now_and_then_or_always(seconds: float, period: float) -> None:
    told = await said_itself(under_way(seconds, period, says=False), {SAID: 1 / period})
    assert told == []


async def test_a_request_that_fails_says_nothing() -> None:
    async def send() -> None:
        return None

    assert await said_itself(send, {SAID: 1.0}) == []
