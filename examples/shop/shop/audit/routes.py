"""GET /admin/audit"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from shop.access import allow
from shop.audit import store
from shop.db import begin
from shop.fields import Answer, Id
from shop.paging import Page, Paging
from shop.problem import refusals
from shop.tokens import Caller

router = APIRouter(prefix="/admin/audit", tags=["admin"])
admin = allow("admin")


class AuditRecord(Answer):
    """One change."""

    id: Id
    actor_id: Id | None
    action: str
    subject: str
    detail: dict[str, Any]
    created_at: datetime


class AuditPage(Page):
    items: list[AuditRecord]


@router.get("", responses=refusals(401, 403, 422))
def list_audit(
    paging: Annotated[Paging, Query()], caller: Annotated[Caller, Depends(admin)]
) -> AuditPage:
    """Every change, newest first."""
    with begin(caller, steady=True) as session:
        rows, total = store.read_page(session, paging)
        items = [AuditRecord.model_validate(row) for row in rows]
    return AuditPage(items=items, total=total, page=paging.page, size=paging.size)
