"""Pages of a list, with the total."""

from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop.fields import Answer, Count, PageNumber, PageSize

T = TypeVar("T")


class Paging(BaseModel):
    """Which part of a list is wanted."""

    page: PageNumber = 1
    size: PageSize = 20


class Page(Answer):
    """The part of every page that is the same."""

    total: Count
    page: PageNumber
    size: PageSize


def fetch_page(
    session: Session, query: Select[T], paging: Paging, *order: Any
) -> tuple[list[T], int]:
    """The rows of one page and how many there are in all."""
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    offset = (paging.page - 1) * paging.size
    if offset >= total:
        return [], total
    rows = session.scalars(query.order_by(*order).limit(paging.size).offset(offset))
    return list(rows), total
