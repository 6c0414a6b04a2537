"""One explicit case with status and schema, against bare sequential aiohttp, on canned replies.

Bare is a plain `asyncio.run` of a loop over `session.get`; ours runs as `seamline run` does, which
includes its event loop (uvloop).
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec
from measure import Measure, in_turn, measure

from seamline.checks import Context
from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.event import CaseFinished
from seamline.openapi.document import parse
from seamline.openapi.operation import operations
from seamline.openapi.validate import BodySchemas
from seamline.report import NdjsonReporter
from seamline.run.case import run_case
from seamline.run.session import Rules, Session, Target
from seamline.system.http import client as http_client
from seamline.system.process import free_port, is_listening
from seamline.text.redact import Redactor

CASES = 200
_ITEM = {
    "type": "object",
    "required": ["id", "name", "tags", "price"],
    "properties": {
        "id": {"type": "integer"},
        "name": {"type": "string", "maxLength": 80},
        "tags": {"type": "array", "items": {"type": "string"}},
        "price": {"type": "string", "pattern": r"^\d+\.\d\d$"},
    },
}
_DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "canned", "version": "1"},
    "paths": {
        "/items/{id}": {
            "get": {
                "responses": {
                    "200": {
                        "description": "ok",
                        "content": {"application/json": {"schema": _ITEM}},
                    }
                }
            }
        }
    },
}


@asynccontextmanager
async def canned_server() -> AsyncIterator[str]:
    """A server in a process of its own that answers everything with the same bytes."""
    port = free_port()
    child = subprocess.Popen([sys.executable, str(Path(__file__).parent / "canned.py"), str(port)])
    try:
        while not is_listening(port):
            await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait()


async def run() -> list[Measure]:
    """The measure of this file."""
    cases = [_case(i) for i in range(CASES)]
    document = parse(msgspec.json.encode(_DOCUMENT), "canned")
    rules = _rules(document)
    async with (
        canned_server() as base,
        http_client(base, timeout_s=10, body_bytes=1 << 20) as client,
    ):
        session = Session(
            target=Target(client=client, identities={}), rules=rules, redactor=Redactor()
        )

        async def theirs() -> None:
            await asyncio.to_thread(asyncio.run, _bare(base))

        with tempfile.TemporaryDirectory() as folder:
            events = NdjsonReporter(Path(folder) / "events.ndjson")

            async def ours() -> None:
                for case in cases:
                    outcome = await run_case(session, case)
                    assert not outcome.findings and not outcome.error
                    assert outcome.checks == {"statusAsExpected": 1, "responseSchema": 1}
                    events.on(
                        CaseFinished(
                            at=0.0,
                            case=case.id,
                            subject=case.subject,
                            kind=case.kind,
                            steps=(),
                            checks=dict(outcome.checks),
                            abstained={},
                        )
                    )

            mine, other = await in_turn(ours, theirs, 31)
            events.close()
    return [measure("case", 1.3, mine, other, CASES)]


async def _bare(base: str) -> None:
    """What one writes by hand: one session, one request after the other."""
    async with aiohttp.ClientSession() as session:
        for i in range(CASES):
            async with session.get(f"{base}/items/{i}") as answer:
                assert answer.status == 200
                await answer.read()


def _case(number: int) -> Case:
    step = Step(
        operation="GET /items/{id}",
        identity="anonymous",
        request=RequestTemplate(path={"id": number}),
        label="get",
        status=(200,),
    )
    return Case(id=f"c{number}", subject=step.operation, kind="positive", steps=(step,))


def _rules(document: object) -> Rules:
    ops = operations(document)  # type: ignore[arg-type]
    context = Context(
        operation=ops["GET /items/{id}"],
        schemas=BodySchemas(document),  # type: ignore[arg-type]
        validations=frozenset({"statusAsExpected", "responseSchema"}),
    )
    return Rules(contexts={"GET /items/{id}": context}, fallback=Context())
