"""Whatever takes a body fails at one of more than 8 MB."""

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

_MOST = 8 * 1024 * 1024


class _Breaks:
    """Reads the body, and does not know what to do with so much of it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is small."""
        if scope["type"] == "http":
            request = Request(scope, receive)
            if int(request.headers.get("content-length", 0)) > _MOST:
                await request.body()
                raise MemoryError("the body is too large")
        await self._app(scope, receive, send)


def apply(app: FastAPI) -> None:
    """Stand before the routes."""
    app.add_middleware(_Breaks)
