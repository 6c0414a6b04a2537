"""A full API run of the shop: time per request, against Schemathesis' coverage phase and against Tavern.

Ours sends what `seamline run` sends (the cases of the spec file and those that follow from the document),
with rows captured, judged and put back. Schemathesis runs its own coverage phase on a second shop, with
an admin's token; its time is that of the whole command. Tavern sends the spec file's plain cases as one
test of many stages, ours the same ones alone. Peers stand in environments of their own under .bench/.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from measure import Measure, measure

from seamline.model.case import Case
from seamline.model.exchange import Request
from seamline.run.case import Outcome, run_case
from seamline.run.rules import judging
from seamline.run.session import Session, Target
from seamline.run.setup import prepared
from seamline.run.vitals import Vitals
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.artifacts import load_job
from seamline.workflow.cases import Listener, Sender
from seamline.workflow.plan import plan_of

ROOT = Path(__file__).resolve().parent.parent
SHOP = ROOT / "examples" / "shop"
PEERS = {
    "schemathesis": ("schemathesis==4.32.5",),
    "tavern": ("tavern==3.7.1", "pytest<9"),  # it imports what pytest 9 no longer has
}
STAGES = 300
_CASES = re.compile(r"([\d,]+) generated")


async def run() -> list[Measure]:
    """The measures of this file."""
    schemathesis, tavern = (_installed(name) for name in PEERS)
    job = load_job(SHOP, parts=("api", "database"))
    redactor = Redactor()
    with workspace() as space:
        async with prepared(job.project, space, redactor, lambda event: None) as setup:
            async with AsyncExitStack() as stack:
                target = await stack.enter_async_context(setup.target())
                judged = await judging(job.files, target, setup.document, job.parts)
                plan = plan_of(job, judged, setup.document)
                session = Session(target=target, rules=judged.rules, redactor=redactor)
                sent = 0

                def finished(outcome: Outcome) -> None:
                    nonlocal sent
                    sent += len(outcome.exchanges)

                listener = Listener(
                    finished=finished, errored=lambda *a: None, skipped=lambda item: None
                )
                start = time.perf_counter()
                plan = plan_of(job, judged, setup.document)
                await Sender(setup, stack, session, Vitals(), listener).send(plan.cases)
                ours = (time.perf_counter() - start) / sent
            async with setup.target(captured=False) as bare:
                theirs = await asyncio.to_thread(_coverage, schemathesis, bare)
            async with setup.target() as target, setup.target(captured=False) as bare:
                session = Session(target=target, rules=judged.rules, redactor=redactor)
                requests = await _plain(session, plan.cases)
                stages = (requests * (STAGES // len(requests) + 1))[:STAGES]
                start = time.perf_counter()
                for case, _, _ in stages:
                    await run_case(session, case)
                mine = (time.perf_counter() - start) / len(stages)
                file = space.folder / "test_shop.tavern.yaml"
                file.write_text(json.dumps(_test(bare, stages)))
                other = await asyncio.to_thread(_tavern, tavern, file, len(stages))
    return [
        measure("api-run-vs-schemathesis", 1.0, [ours], [theirs]),
        measure("api-run-vs-tavern", 0.5, [mine], [other]),
    ]


def _installed(name: str) -> Path:
    """The folder of a peer's programs, installed where it is missing."""
    folder = ROOT / ".bench" / name
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *PEERS[name]]
        subprocess.run(pip, check=True)
        (folder / "installed").touch()
    return folder / "bin"


def _coverage(programs: Path, shop: Target) -> float:
    """Seconds per request of Schemathesis' coverage phase, its own start included."""
    headers = shop.identities["admin"].headers
    words = [
        *(str(programs / "schemathesis"), "run", shop.client.base_url + "/openapi.json"),
        *("--phases", "coverage", "--checks", "all", "--workers", "1"),
        *(w for n, v in headers for w in ("-H", f"{n}: {v}")),
    ]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:  # it leaves one of its own where it runs
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder)
    took = time.perf_counter() - start
    found = _CASES.search(done.stdout)
    if found is None:
        raise RuntimeError(f"schemathesis says nothing of its cases:\n{done.stdout[-2000:]}")
    return took / int(found[1].replace(",", ""))


async def _plain(session: Session, cases: Sequence[Case]) -> list[tuple[Case, Request, int]]:
    """Cases of one read that the spec file has, with what they send and what comes back."""
    found = []
    for case in cases:
        if case.origin != "spec" or len(case.steps) > 1 or not case.steps[0].status:
            continue
        if not case.steps[0].operation.startswith("GET "):
            continue  # nothing is put back behind Tavern's requests
        outcome = await run_case(session, case)
        assert not outcome.findings and not outcome.error, outcome
        found.append((case, outcome.exchanges[0].request, outcome.exchanges[0].status))
    return found


def _test(shop: Target, stages: Sequence[tuple[Case, Request, int]]) -> dict[str, object]:
    """One test in Tavern's notation (YAML, of which JSON is a part)."""
    return {
        "test_name": "shop",
        "stages": [
            {
                "name": f"{number} {case.id}",
                "request": {
                    "url": shop.client.base_url + request.target,
                    "method": request.method,
                    "headers": _headers(shop, case, request),
                },
                "response": {"status_code": status},
            }
            for number, (case, request, status) in enumerate(stages)
        ],
    }


def _headers(shop: Target, case: Case, request: Request) -> dict[str, str]:
    """The request's headers, with the credentials that this shop gave the same identity."""
    mine = shop.identities.get(case.steps[0].identity)
    return {**dict(request.headers), **dict(mine.headers if mine is not None else ())}


def _tavern(programs: Path, file: Path, stages: int) -> float:
    start = time.perf_counter()
    words = [str(programs / "pytest"), "-q", "-p", "no:cacheprovider", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=file.parent)
    took = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(f"tavern: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return took / stages
