"""readMe shows the address as the name."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.auth import store
from shop.auth.schema import User as Answer
from shop.overlay import replace

Read = Callable[[Session, int], Any]


def apply(_: FastAPI) -> None:
    """Wrap the query of one user."""

    def wrong(read: Read) -> Read:
        def read_mixed_up(session: Session, user_id: int) -> SimpleNamespace:
            shown = Answer.model_validate(read(session, user_id)).model_dump()
            return SimpleNamespace(**{**shown, "display_name": shown["email"][:80]})

        return read_mixed_up

    replace(store, "read_user", wrong)
