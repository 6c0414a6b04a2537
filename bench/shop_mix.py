"""The shop's mix of reads and writes with row capture, all checks and undo, against the bare calls.

Ours: `run_case` for each case, on a shop whose database carries capture, with its SQL seen on the wire
and without. Theirs: the same requests by
plain aiohttp to a second shop, started alike on a clone without capture; nothing is judged or undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aiohttp
import msgspec
from measure import Measure, in_turn, measure
from yarl import URL

from seamline.model.case import Case
from seamline.model.exchange import Request
from seamline.report import NdjsonReporter
from seamline.run.case import run_case
from seamline.run.plan import Planner
from seamline.run.rules import judging
from seamline.run.session import Session
from seamline.run.setup import prepared
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import load_job
from seamline.workflow.run import finished

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop"
ROUNDS = 25
REPEAT = 2
MIX = (
    "listProducts-ok",
    "readProduct-ok",
    "readCart-ok",
    "listOrders-ok",
    "readOrder-ok",
    "readMe-customer",
    "putCartItem-again",
    "createOrder-ok",
    "changeProduct-ok",
    "listAudit-ok",
)


async def run() -> list[Measure]:
    """The measures of this file."""
    return [
        await _mix("shop-mix", 1.6, trace=False),
        await _mix("shop-mix-traced", 2.0, trace=True),
    ]


async def _mix(name: str, goal: float, *, trace: bool) -> Measure:
    job = load_job(SHOP, parts=("api", "database"))
    assert job.project.database is not None
    database = msgspec.structs.replace(job.project.database, trace=trace)
    project = msgspec.structs.replace(job.project, database=database)
    redactor = Redactor()
    with workspace() as space:
        async with (
            prepared(project, space, redactor, lambda event: None) as setup,
            setup.target() as target,
            setup.target(captured=False) as bare,
            aiohttp.ClientSession() as http,
        ):
            judged = await judging(job.files, target, setup.document, job.parts)
            roles = {n: i.role for n, i in job.project.identities.items()}
            planner = Planner(job.files.endpoints, judged.operations, roles, has_document=True)
            by_id = {c.id: c for c in planner.plan().cases}
            cases = [by_id[name] for name in MIX]
            session = Session(target=target, rules=judged.rules, redactor=redactor)
            requests = await _requests(session, cases)
            base = bare.client.base_url
            assert bare.database is not None  # nothing is undone there, and orders eat up the stock
            await bare.database.query("UPDATE products SET stock = 1000000 RETURNING id")
            events = NdjsonReporter(space.folder / "events.ndjson")

            async def ours() -> None:
                for _ in range(REPEAT):
                    for case in cases:
                        outcome = await run_case(session, case)
                        assert not outcome.findings and not outcome.stale, outcome
                        events.on(finished(outcome))

            async def theirs() -> None:
                for _ in range(REPEAT):
                    for request, status in requests:
                        async with http.request(
                            request.method,
                            URL(base + request.target, encoded=True),
                            headers=request.headers,
                            data=request.body,
                        ) as answer:
                            await answer.read()
                            assert answer.status == status, (request, answer.status)

            mine, other = await in_turn(ours, theirs, ROUNDS)
            events.close()
    return measure(name, goal, mine, other, REPEAT * len(cases))


async def _requests(session: Session, cases: Sequence[Case]) -> list[tuple[Request, int]]:
    """What the cases send and what comes back; both shops start from the same rows."""
    found = []
    for case in cases:
        outcome = await run_case(session, case)
        assert not outcome.findings and not outcome.error, outcome
        found.append((outcome.exchanges[0].request, outcome.exchanges[0].status))
    return found
