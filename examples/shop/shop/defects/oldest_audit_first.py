"""listAudit answers the oldest entry first."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from shop.audit import store
from shop.overlay import replace
from shop.paging import Paging
from shop.tables import AuditEntry

Fetch = Callable[..., tuple[list[Any], int]]


def apply(_: FastAPI) -> None:
    """Wrap the fetch of a page."""

    def wrong(fetch: Fetch) -> Fetch:
        def fetch_backwards(
            session: Any, query: Any, paging: Paging, *_: Any
        ) -> tuple[list[Any], int]:
            return fetch(session, query, paging, AuditEntry.id)

        return fetch_backwards

    replace(store, "fetch_page", wrong)
