"""A bucket of tokens per caller, in this process."""

import math
import time
from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shop.handlers import answer
from shop.problem import Refusal, refusals

PER_S = 60.0
BURST = 40.0


def apply(app: FastAPI) -> None:
    """Limit all but /health, and document it."""
    app.add_middleware(_Limiter)
    document = app.openapi()
    response: dict[str, Any] = deepcopy(refusals()[503])
    response["description"] = "Too many requests of this caller"
    for path, item in document["paths"].items():
        for operation in item.values() if path != "/health" else ():
            operation["responses"]["429"] = response


class _Limiter:
    """Lets PER_S requests a second through per caller, BURST at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.buckets: dict[bytes, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ("/health", "/openapi.json"):
            await self.app(scope, receive, send)
            return
        caller = dict(scope["headers"]).get(b"authorization", b"")
        now = time.monotonic()
        left, then = self.buckets.get(caller, (BURST, now))
        left = min(BURST, left + (now - then) * PER_S)
        self.buckets[caller] = (max(left - 1, 0.0) if left >= 1 else left, now)
        if left >= 1:
            await self.app(scope, receive, send)
            return
        wait = math.ceil((1 - left) / PER_S)
        refusal = Refusal(429, "Too many requests.", headers={"Retry-After": str(wait)})
        await answer(refusal)(scope, receive, send)
