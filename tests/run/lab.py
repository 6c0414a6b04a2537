"""A session on a real database whose system is a function of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from seamline.checks import Context
from seamline.data.changed import ChangedRows
from seamline.data.declared import declared, without_twins
from seamline.data.derive import derived
from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.exchange import Request, Response
from seamline.model.vocabulary import API_CHECKS
from seamline.run.session import Rules, Session, Target
from seamline.spec.data import DataFramework
from seamline.text.redact import Redactor

from ..engines.lab import Lab

Handler = Callable[[Request], Awaitable[tuple[int, Any]]]


class FakeClient:
    """Answers by calling the test's handler; None as a status is no answer at all."""

    base_url = "http://test"

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.requests: list[Request] = []

    async def send(self, request: Request) -> tuple[Response | None, str, float]:
        self.requests.append(request)
        status, body = await self._handler(request)
        if not status:
            return None, "no answer in time", 1.0
        headers = (("content-type", "application/json"),)
        return Response(status=status, headers=headers, body=msgspec.json.encode(body)), "", 1.0


@asynccontextmanager
async def session(
    lab: Lab,
    handler: Handler,
    *,
    checks: Mapping[str, list[dict[str, Any]]] | None = None,
    identities: Mapping[str, Any] | None = None,
    process: Any = None,
    **rules: Any,
) -> AsyncIterator[Session]:
    """A session with capture on the lab's database as it is now, and rules of rows."""
    catalog = await lab.database.catalog()
    written = {"tables": {t: {"checks": c} for t, c in (checks or {}).items()}}
    own = declared(msgspec.convert(written, DataFramework), catalog, "data.json")
    fallback = Context(catalog=catalog, validations=frozenset(API_CHECKS))
    async with lab.database.capture() as capture:
        yield Session(
            target=Target(
                client=FakeClient(handler),  # type: ignore[arg-type]
                identities=dict(identities or {}),
                database=lab.database,
                capture=capture,
                catalog=catalog,
                process=process,
            ),
            rules=Rules(
                contexts={},
                fallback=fallback,
                rows=ChangedRows(without_twins(derived(catalog), own), catalog),
                **rules,
            ),
            redactor=Redactor(),
        )


def step(
    operation: str = "POST /a", status: tuple[int, ...] = (), label: str = "s", **request: Any
) -> Step:
    return Step(
        operation=operation,
        identity="anonymous",
        request=RequestTemplate(**request),
        label=label,
        status=status,
    )


def case(*steps: Step, kind: Any = "sequence") -> Case:
    return Case(id="case", subject=steps[-1].operation, kind=kind, steps=steps)
