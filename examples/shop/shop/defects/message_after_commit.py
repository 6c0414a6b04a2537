"""createOrder writes its message to other systems in a transaction of its own, afterwards."""

from typing import Any

from fastapi import FastAPI
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from shop.db import begin
from shop.orders import store
from shop.overlay import replace
from shop.tables import AuditEntry, OutboxMessage


def record_then_tell(
    session: Session, actor_id: int | None, action: str, subject: int | str, detail: dict[str, Any]
) -> None:
    """Note the change with it, and tell other systems behind it."""
    session.execute(
        insert(AuditEntry).values(
            actor_id=actor_id, action=action, subject=f"order/{subject}", detail=detail
        )
    )

    def tell(_: Session) -> None:
        with begin() as own:
            own.execute(
                insert(OutboxMessage).values(topic=action, payload={"id": subject, **detail})
            )

    event.listen(session, "after_commit", tell, once=True)


def apply(_: FastAPI) -> None:
    """Replace the note of an order's changes."""
    replace(store, "record", lambda _: record_then_tell)
