"""listAudit reads the whole audit and shows one page of it."""

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.audit import store
from shop.overlay import replace
from shop.paging import Paging
from shop.tables import AuditEntry


def read_all(session: Session, paging: Paging) -> tuple[list[AuditEntry], int]:
    """The audit, newest first."""
    entries = list(session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())))
    start = (paging.page - 1) * paging.size
    return entries[start : start + paging.size], len(entries)


def apply(_: FastAPI) -> None:
    """Replace the reading of a page."""
    replace(store, "read_page", lambda _: read_all)
