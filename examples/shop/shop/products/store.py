"""Products, in SQL."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, Select, column, delete, func, select, update, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.paging import fetch_page
from shop.problem import Refusal, not_found
from shop.products.schema import Changes, NewProduct, ProductFilter
from shop.products.schema import Product as ProductAnswer
from shop.tables import Product
from shop.tokens import Caller

_ORDER: dict[str, Any] = {
    "id": Product.id,
    "name": Product.name,
    "-name": Product.name.desc(),
    "price": Product.price,
    "-price": Product.price.desc(),
}


def search(session: Session, wanted: ProductFilter) -> tuple[list[Product], int]:
    """One page of the products that match."""
    query: Select[Product] = select(Product)
    if wanted.q is not None:
        query = query.where(Product.name.icontains(wanted.q, autoescape=True))
    if wanted.category is not None:
        query = query.where(Product.category == wanted.category)
    if wanted.min_price is not None:
        query = query.where(Product.price >= wanted.min_price)
    if wanted.max_price is not None:
        query = query.where(Product.price <= wanted.max_price)
    return fetch_page(session, query, wanted, _ORDER[wanted.sort], Product.id)


def read(session: Session, product_id: int) -> Product:
    """One product."""
    product = session.get(Product, product_id)
    if product is None:
        raise not_found("product")
    return product


def hold(session: Session, product_id: int) -> Product:
    """One product, locked until the transaction ends."""
    product = session.get(Product, product_id, with_for_update={"key_share": True})
    if product is None:
        raise not_found("product")
    return product


def create(session: Session, caller: Caller, new: NewProduct) -> ProductAnswer:
    """A new product under a sku that is not taken."""
    product = session.scalar(
        insert(Product).values(**new.model_dump()).on_conflict_do_nothing().returning(Product)
    )
    if product is None:
        raise Refusal(409, "This sku is taken.")
    record(session, caller.sub, "product.created", product.id, new.model_dump(mode="json"))
    return ProductAnswer.model_validate(product)


def change(session: Session, caller: Caller, product_id: int, changes: Changes) -> Product:
    """Change the given properties and no others."""
    return _update(session, caller, product_id, "product.changed", changes)


def set_stock(session: Session, caller: Caller, product_id: int, stock: int) -> Product:
    """Say how many there are."""
    return _update(session, caller, product_id, "product.stocked", {"stock": stock})


def remove(session: Session, caller: Caller, product_id: int) -> None:
    """Remove a product that nobody ordered; carts lose it too."""
    try:
        sku = session.scalar(delete(Product).where(Product.id == product_id).returning(Product.sku))
    except IntegrityError:
        raise Refusal(409, "There are orders of this product.") from None
    if sku is None:
        raise not_found("product")
    record(session, caller.sub, "product.removed", product_id, {"sku": sku})


def lock(session: Session, skus: list[str]) -> dict[str, Product]:
    """The products by sku, locked in the order of their ids so that no two orders deadlock."""
    query = select(Product).where(Product.sku.in_(skus)).order_by(Product.id)
    found = session.scalars(query.with_for_update(key_share=True))
    return {product.sku: product for product in found}


def add_stock(session: Session, amounts: Mapping[int, int]) -> None:
    """Add (or take, if negative) stock of products that are locked."""
    moved = values(column("id", Integer), column("amount", Integer), name="moved")
    moved = moved.data(list(amounts.items()))
    session.execute(
        update(Product)
        .where(Product.id == moved.c.id)
        .values(stock=Product.stock + moved.c.amount, updated_at=func.now())
        .execution_options(synchronize_session=False)
    )


def _update(
    session: Session, caller: Caller, product_id: int, action: str, changes: Mapping[str, Any]
) -> Product:
    product: Product | None = session.scalar(
        update(Product)
        .where(Product.id == product_id)
        .values(**changes, updated_at=func.now())
        .returning(Product)
    )
    if product is None:
        raise not_found("product")
    detail = {
        name: value if isinstance(value, int) else str(value) for name, value in changes.items()
    }
    record(session, caller.sub, action, product_id, detail)
    return product
