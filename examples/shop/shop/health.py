"""GET and HEAD /health"""

from typing import Literal

from fastapi import APIRouter
from sqlalchemy import select

from shop.db import begin
from shop.fields import Answer
from shop.problem import refusals

router = APIRouter(tags=["health"])


class Health(Answer):
    status: Literal["ok"]


@router.get("/health", responses=refusals())
def read_health() -> Health:
    """Whether the shop and its database are up."""
    with begin() as session:
        session.execute(select(1))
    return Health(status="ok")


@router.head("/health", responses=refusals())
def probe_health() -> Health:
    """The same without a body, for load balancers."""
    return read_health()
