"""A refused order leaves a line in the audit, and nothing else."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import insert
from sqlalchemy.orm import Session

from shop.orders import store
from shop.orders.schema import NewOrder
from shop.orders.schema import Order as OrderAnswer
from shop.overlay import replace
from shop.problem import Refusal
from shop.tables import AuditEntry
from shop.tokens import Caller

Place = Callable[[Session, Caller, NewOrder], OrderAnswer]


def apply(_: FastAPI) -> None:
    """Wrap the placing of an order."""

    def audited(place: Place) -> Place:
        def place_or_note(session: Session, caller: Caller, new: NewOrder) -> OrderAnswer:
            try:
                return place(session, caller, new)
            except Refusal as refusal:
                if refusal.status == 409:
                    session.rollback()
                    entry = {"actor_id": caller.sub, "action": "order.refused", "subject": "order"}
                    session.execute(insert(AuditEntry).values(**entry, detail={}))
                    session.commit()
                raise

        return place_or_note

    replace(store, "place", audited)
