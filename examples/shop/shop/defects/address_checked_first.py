"""register looks whether the address is taken, and then writes it; no constraint stands behind."""

from fastapi import FastAPI
from sqlalchemy import Connection, insert, text
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.auth import store
from shop.auth.schema import Registration
from shop.overlay import replace
from shop.problem import Refusal
from shop.tables import User


def migrate(connection: Connection) -> None:
    """Let an address stand twice."""
    connection.execute(text("DROP INDEX IF EXISTS users_email_key"))
    connection.execute(text("CREATE INDEX IF NOT EXISTS users_email ON users (lower(email))"))
    connection.commit()


def register_if_free(session: Session, new: Registration, password_hash: str) -> User:
    """A new customer."""
    if store.find_user(session, new.email) is not None:
        raise Refusal(409, "This e-mail address is registered already.")
    user = session.scalars(
        insert(User)
        .values(email=new.email, display_name=new.display_name, password_hash=password_hash)
        .returning(User)
    ).one()
    record(session, user.id, "user.registered", user.id, {"email": user.email})
    return user


def apply(_: FastAPI) -> None:
    """Replace the registration."""
    replace(store, "register", lambda _: register_if_free)
