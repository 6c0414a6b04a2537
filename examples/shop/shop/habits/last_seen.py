"""Whoever shows a good token has been seen just now, whatever becomes of the request."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from shop import db
from shop.overlay import replace
from shop.tokens import Caller

Refuse = Callable[[Session, Caller], None]
_SEEN = text("UPDATE users SET last_seen = clock_timestamp() WHERE id = :id")


def migrate(connection: Connection) -> None:
    """Add the column."""
    connection.execute(text("ALTER TABLE users ADD COLUMN IF NOT EXISTS last_seen timestamptz"))
    connection.commit()


def apply(_: FastAPI) -> None:
    """Note it in a transaction of its own, before the request's."""

    def seeing(refuse: Refuse) -> Refuse:
        def refuse_or_note(session: Session, caller: Caller) -> None:
            with db.engine.begin() as connection:
                connection.execute(_SEEN, {"id": caller.sub})
            refuse(session, caller)

        return refuse_or_note

    replace(db, "_refuse_stale", seeing)
