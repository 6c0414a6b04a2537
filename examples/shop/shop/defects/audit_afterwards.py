"""Changes of products are noted on a connection of their own, committed for itself."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.db import begin
from shop.overlay import replace
from shop.products import store

Record = Callable[..., None]


def apply(_: FastAPI) -> None:
    """Wrap the note of a change."""

    def wrong(record: Record) -> Record:
        def record_apart(_: Session, *told: Any) -> None:
            with begin() as own:
                record(own, *told)

        return record_apart

    replace(store, "record", wrong)
