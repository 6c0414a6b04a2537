"""register notes in the audit all that was sent, the password too."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.auth import store
from shop.auth.schema import Registration
from shop.overlay import replace
from shop.tables import User

Register = Callable[[Session, Registration, str], User]


def apply(_: FastAPI) -> None:
    """Wrap the insert of a user."""

    def wrong(register: Register) -> Register:
        def register_and_tell(session: Session, new: Registration, password_hash: str) -> User:
            user = register(session, new, password_hash)
            record(session, user.id, "user.requested", user.id, new.model_dump())
            return user

        return register_and_tell

    replace(store, "register", wrong)
