"""cancelOrder has one session for all, and does not mend it when a statement has failed."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop import db
from shop.orders import store
from shop.orders.schema import Order as OrderAnswer
from shop.overlay import replace
from shop.problem import Refusal
from shop.tokens import Caller

_lock = Lock()
_kept = Session(db.engine, autoflush=False, expire_on_commit=False)


@contextmanager
def _shared() -> Iterator[Session]:
    with _lock:
        try:
            yield _kept
            _kept.commit()
        except Refusal:
            _kept.rollback()
            raise


def apply(_: FastAPI) -> None:
    """Let a cancellation use the shared session."""
    cancel = store.cancel

    def cancel_in_shared(_session: Session, caller: Caller, order_id: int) -> OrderAnswer:
        with _shared() as session:
            return cancel(session, caller, order_id)

    replace(store, "cancel", lambda _: cancel_in_shared)
