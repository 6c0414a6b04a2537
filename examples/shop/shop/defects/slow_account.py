"""readMe takes more than a second."""

import time
from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.auth import store
from shop.overlay import replace
from shop.tables import User

Read = Callable[[Session, int], User]


def apply(_: FastAPI) -> None:
    """Wrap the reading of a user."""

    def wrong(read: Read) -> Read:
        def read_slowly(session: Session, user_id: int) -> User:
            time.sleep(1.6)
            return read(session, user_id)

        return read_slowly

    replace(store, "read_user", wrong)
