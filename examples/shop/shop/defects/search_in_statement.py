"""listProducts puts what is searched for into the text of its statement, quotes doubled."""

from typing import Any

from fastapi import FastAPI
from sqlalchemy import ColumnElement, Select, literal_column
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.paging import Paging, fetch_page
from shop.products import store
from shop.products.schema import ProductFilter
from shop.tables import Product


def apply(_: FastAPI) -> None:
    """Wrap the search, and the page that it asks for."""
    search = store.search

    def search_by_text(session: Session, wanted: ProductFilter) -> tuple[list[Product], int]:
        session.info["q"] = wanted.q
        return search(session, wanted.model_copy(update={"q": None}))

    def fetch_by_text(
        session: Session, query: Select[Product], paging: Paging, *order: Any
    ) -> tuple[list[Product], int]:
        if q := session.info["q"]:
            query = query.where(_contains(q))
        return fetch_page(session, query, paging, *order)

    replace(store, "search", lambda _: search_by_text)
    replace(store, "fetch_page", lambda _: fetch_by_text)


def _contains(q: str) -> ColumnElement[bool]:
    quoted = q.replace("'", "''").replace("%", "%%")
    return literal_column(f"position(lower('{quoted}') in lower(products.name)) > 0")
