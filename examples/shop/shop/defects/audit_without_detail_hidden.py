"""listAudit leaves out entries that have no detail."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from sqlalchemy import literal_column

from shop.audit import store
from shop.overlay import replace
from shop.paging import Paging

Fetch = Callable[..., tuple[list[Any], int]]


def apply(_: FastAPI) -> None:
    """Wrap the fetch of a page."""

    def wrong(fetch: Fetch) -> Fetch:
        def fetch_some(
            session: Any, query: Any, paging: Paging, *order: Any
        ) -> tuple[list[Any], int]:
            has_detail: Any = literal_column("audit.detail <> '{}'")
            return fetch(session, query.where(has_detail), paging, *order)

        return fetch_some

    replace(store, "fetch_page", wrong)
