"""listOrders begins every page but the first one row too early."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI

from shop.orders import store
from shop.overlay import replace
from shop.paging import Paging

Fetch = Callable[..., tuple[list[Any], int]]


def apply(_: FastAPI) -> None:
    """Wrap the fetch of a page, which then fetches all up to its end."""

    def wrong(fetch: Fetch) -> Fetch:
        def fetch_early(
            session: Any, query: Any, paging: Paging, *order: Any
        ) -> tuple[list[Any], int]:
            if paging.page == 1:
                return fetch(session, query, paging, *order)
            end = (paging.page - 1) * paging.size - 1 + paging.size
            rows, total = fetch(session, query, Paging.model_construct(page=1, size=end), *order)
            return rows[end - paging.size :], total

        return fetch_early

    replace(store, "fetch_page", wrong)
