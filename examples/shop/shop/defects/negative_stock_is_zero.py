"""setStock takes a negative number for 0 instead of refusing it."""

import json
import re

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_STOCK = re.compile(r"/products/\d+/stock")


class _Repair:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def repaired() -> Message:
            message = await receive()
            if message["type"] != "http.request":
                return message
            try:
                body = json.loads(message["body"])
                if isinstance(body["stock"], int) and body["stock"] < 0:
                    whole = json.dumps({**body, "stock": 0}).encode()
                    # As long as it was: Content-Length has been read already.
                    return {**message, "body": whole.ljust(len(message["body"]))}
            except (ValueError, KeyError, TypeError):
                pass
            return message

        is_stock = scope["type"] == "http" and _STOCK.fullmatch(scope["path"]) is not None
        await self.app(scope, repaired if is_stock else receive, send)


def apply(app: FastAPI) -> None:
    """Put the repair before all."""
    app.add_middleware(_Repair)
