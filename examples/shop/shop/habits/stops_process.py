"""POST /admin/shutdown: for whoever deploys the shop."""

import os
import signal
import threading
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI

from shop.access import allow
from shop.db import begin
from shop.habits.route import add_router
from shop.problem import refusals
from shop.tokens import Caller

_AFTER_S = 0.1
router = APIRouter(tags=["admin"])


@router.post("/admin/shutdown", status_code=202, responses=refusals(401, 403))
def shut_down(caller: Annotated[Caller, Depends(allow("admin"))]) -> None:
    """End this process, once it has answered."""
    with begin(caller):
        threading.Timer(_AFTER_S, os.kill, (os.getpid(), signal.SIGTERM)).start()


def apply(app: FastAPI) -> None:
    """Add the operation."""
    add_router(app, router)
