"""One more property in answers, and in the document: what `clockColumn` and `randomField` share."""

import json
import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_ORDERS = re.compile(r"/orders(/\d+)?(/cancel)?")
_OF_PRODUCTS = re.compile(r"/products(/\d+)?(/stock)?")
PATHS = {"Order": _OF_ORDERS, "Product": _OF_PRODUCTS}


def add_field(
    app: FastAPI,
    schemas: tuple[str, ...],
    name: str,
    schema: dict[str, Any],
    make: Callable[[], Any],
) -> None:
    """Let single orders or products be answered with `name`, freshly made each time."""
    paths = [PATHS[s] for s in schemas]
    app.add_middleware(_Adder, schemas=schemas, paths=paths, name=name, make=make)
    document = app.openapi()
    for one in schemas:
        known = document["components"]["schemas"][one]
        known["properties"][name] = schema
        known["required"].append(name)


class _Adder:
    """Puts the field into each such object, answered alone or in a page."""

    def __init__(
        self,
        app: ASGIApp,
        schemas: tuple[str, ...],
        paths: list[re.Pattern[str]],
        name: str,
        make: Callable[[], Any],
    ) -> None:
        self.app, self.schemas, self.paths, self.name, self.make = app, schemas, paths, name, make

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not any(p.fullmatch(scope["path"]) for p in self.paths):
            await self.app(scope, receive, send)
            return
        start: Message = {}
        body = b""

        async def take(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                await self._send(send, start, body)

        await self.app(scope, receive, take)

    async def _send(self, send: Send, start: Message, body: bytes) -> None:
        if start["status"] < 300 and body:
            answer = json.loads(body)
            for one in answer.get("items", [answer]):
                if "lines" in one or "sku" in one:  # a page has orders without their lines
                    one[self.name] = self.make()
            body = json.dumps(answer).encode()
        headers = [(n, v) for n, v in start["headers"] if n.lower() != b"content-length"]
        if start["status"] != 204:
            headers.append((b"content-length", str(len(body)).encode()))
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": body})
