"""POST /admin/maintenance: the shop is closed until it is started again."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from shop.access import allow
from shop.db import begin
from shop.habits.route import add_router
from shop.handlers import answer
from shop.problem import Refusal, refusals
from shop.tokens import Caller

_OPEN = ("/health", "/openapi.json")
router = APIRouter(tags=["admin"])
_state = {"on": False}


@router.post("/admin/maintenance", status_code=204, responses=refusals(401, 403))
def close(caller: Annotated[Caller, Depends(allow("admin"))]) -> None:
    """Close the shop; a new process opens it."""
    with begin(caller):
        _state["on"] = True


class _Gate:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _state["on"] or scope["path"] in _OPEN:
            await self.app(scope, receive, send)
            return
        refusal = Refusal(503, "The shop is closed for maintenance.", headers={"Retry-After": "60"})
        await answer(refusal)(scope, receive, send)


def apply(app: FastAPI) -> None:
    """Add the operation, and the gate before all."""
    add_router(app, router)
    app.add_middleware(_Gate)
