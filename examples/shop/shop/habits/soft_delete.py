"""A removed product keeps its row, marked; everybody takes it for gone."""

from typing import Any

from fastapi import FastAPI
from sqlalchemy import ColumnElement, Connection, event, literal_column, text
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from shop.audit.store import record
from shop.problem import Refusal, not_found
from shop.products import store
from shop.tables import Product
from shop.tokens import Caller

_GONE: ColumnElement[Any] = literal_column("products.deleted_at")


def migrate(connection: Connection) -> None:
    """Add the mark."""
    connection.execute(text("ALTER TABLE products ADD COLUMN IF NOT EXISTS deleted_at timestamptz"))
    connection.commit()


def apply(_: FastAPI) -> None:
    """Hide marked products from every query, and mark instead of deleting."""
    event.listen(Session, "do_orm_execute", _hide)
    store.remove = _mark


def _hide(state: ORMExecuteState) -> None:
    if not state.is_insert:
        criteria = with_loader_criteria(Product, _GONE.is_(None))
        state.statement = state.statement.options(criteria)


def _mark(session: Session, caller: Caller, product_id: int) -> None:
    ordered = text("SELECT 1 FROM order_lines WHERE product_id = :id LIMIT 1")
    if session.execute(ordered, {"id": product_id}).scalar():
        raise Refusal(409, "There are orders of this product.")
    marked: Any = session.execute(
        text(
            "UPDATE products SET deleted_at = now() WHERE id = :id AND deleted_at IS NULL"
            " RETURNING sku"
        ),
        {"id": product_id},
    ).scalar()
    if marked is None:
        raise not_found("product")
    session.execute(text("DELETE FROM cart_items WHERE product_id = :id"), {"id": product_id})
    record(session, caller.sub, "product.removed", product_id, {"sku": marked})
