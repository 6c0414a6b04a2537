"""Audit and outbox: written with the change, in its transaction."""

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shop.paging import Paging, fetch_page
from shop.tables import AuditEntry, OutboxMessage


def record(
    session: Session, actor_id: int | None, action: str, subject: int | str, detail: dict[str, Any]
) -> None:
    """Note who did what, and tell other systems."""
    kind = action.partition(".")[0]
    session.execute(
        insert(AuditEntry).values(
            actor_id=actor_id, action=action, subject=f"{kind}/{subject}", detail=detail
        )
    )
    session.execute(insert(OutboxMessage).values(topic=action, payload={"id": subject, **detail}))


def read_page(session: Session, paging: Paging) -> tuple[list[AuditEntry], int]:
    """The audit, newest first."""
    return fetch_page(session, select(AuditEntry), paging, AuditEntry.id.desc())
