"""The core sweep of an order of ten statements, against the same request sent as often to a bare shop.

Ours: undisturbed runs, each fault, the same request behind it, rows compared and put back every time.
Theirs: as many requests by plain aiohttp to a shop on a clone without capture and proxy; nothing fails,
nothing is looked at or undone.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import msgspec
from measure import Measure, in_turn, measure
from yarl import URL

from seamline.explore.faults.finding import findings_in
from seamline.explore.faults.sweep import Sweeper
from seamline.run.rules import judging
from seamline.run.setup import prepared
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import load_job
from seamline.workflow.plan import own_cases

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop"
CASE = "createOrder-ok"
ROUNDS = 15


async def run() -> list[Measure]:
    """The measure of this file."""
    job = load_job(SHOP, parts=("api", "database"))
    database = job.project.database
    assert database is not None
    untraced = msgspec.structs.replace(
        job.project, database=msgspec.structs.replace(database, trace=False)
    )
    redactor = Redactor()
    with workspace() as space:
        async with (
            prepared(job.project, space, redactor, lambda event: None) as setup,
            aiohttp.ClientSession() as http,
            AsyncExitStack() as stack,
        ):
            traced = setup.project
            setup.project = untraced
            bare = await stack.enter_async_context(setup.target(captured=False))
            setup.project = traced
            assert bare.database is not None  # nothing is undone there, and orders eat up the stock
            await bare.database.query("UPDATE products SET stock = 1000000 RETURNING id")
            judged = await judging(job.files, bare, setup.document, job.parts)
            case = next(c for c in own_cases(job, judged, setup.document) if c.id == CASE)
            own = await stack.enter_async_context(AsyncExitStack())
            sweeper = Sweeper(setup, judged.rules, own)
            first = await sweeper.sweep(case)
            assert first.sweep is not None, first.reason
            request = first.sweep.sound[0].request

            async def ours() -> None:
                swept = await sweeper.sweep(case)
                assert swept.requests == first.requests, swept
                assert not findings_in(swept, judged.rules, redactor)

            async def theirs() -> None:
                for _ in range(first.requests):
                    async with http.request(
                        request.method,
                        URL(bare.client.base_url + request.target, encoded=True),
                        headers=request.headers,
                        data=request.body,
                    ) as answer:
                        await answer.read()
                        assert answer.status == 201, answer.status

            mine, other = await in_turn(ours, theirs, ROUNDS)
    return [measure("sweep", 2.0, mine, other, first.requests)]
