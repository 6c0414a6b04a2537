"""changeProduct reads the product without a lock, and writes all that it has read."""

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.overlay import replace
from shop.problem import not_found
from shop.products import store
from shop.products.schema import Changes
from shop.tables import Product
from shop.tokens import Caller


def read_unlocked(session: Session, product_id: int) -> Product:
    """One product, as it is now."""
    product = session.scalar(select(Product).where(Product.id == product_id))
    if product is None:
        raise not_found("product")
    return product


def apply(_: FastAPI) -> None:
    """Replace the lock, and wrap the change."""
    change = store.change

    def save_whole(session: Session, caller: Caller, product_id: int, changes: Changes) -> Product:
        product = read_unlocked(session, product_id)
        whole: Changes = {
            "name": product.name,
            "description": product.description,
            "category": product.category,
            "price": product.price,
        }
        whole.update(changes)
        return change(session, caller, product_id, whole)

    replace(store, "hold", lambda _: read_unlocked)
    replace(store, "change", lambda _: save_whole)
