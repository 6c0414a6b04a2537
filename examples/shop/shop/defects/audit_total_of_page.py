"""The total of listAudit is the number of entries on the page."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.audit import store
from shop.overlay import replace
from shop.paging import Paging
from shop.tables import AuditEntry

Page = Callable[[Session, Paging], tuple[list[AuditEntry], int]]


def apply(_: FastAPI) -> None:
    """Wrap the query of one page."""

    def wrong(read_page: Page) -> Page:
        def read_and_count_page(session: Session, paging: Paging) -> tuple[list[AuditEntry], int]:
            rows, _ = read_page(session, paging)
            return rows, len(rows)

        return read_and_count_page

    replace(store, "read_page", wrong)
