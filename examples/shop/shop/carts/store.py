"""Carts, in SQL. A cart is the items of one user; an empty one has no rows."""

from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop.carts.schema import Cart
from shop.carts.schema import CartItem as ItemAnswer
from shop.problem import not_found
from shop.tables import CartItem, Product, User


def read(session: Session, user_id: int) -> Cart:
    """The cart at today's prices."""
    rows = session.execute(
        select(
            CartItem.product_id,
            Product.sku,
            Product.name,
            Product.price,
            CartItem.quantity,
        )
        .join(Product, Product.id == CartItem.product_id)
        .where(CartItem.user_id == user_id)
        .order_by(CartItem.product_id)
    )
    items = [ItemAnswer.model_validate(row) for row in rows]
    return Cart(items=items, total=sum((i.price * i.quantity for i in items), Decimal(0)))


def put(session: Session, user_id: int, product_id: int, quantity: int) -> None:
    """Have exactly `quantity` of the product in the cart.

    The user's row is the lock: of two at once, the later one answers with what both have put.
    """
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    item = insert(CartItem).values(user_id=user_id, product_id=product_id, quantity=quantity)
    upsert = item.on_conflict_do_update(
        index_elements=[CartItem.user_id, CartItem.product_id], set_={"quantity": quantity}
    )
    try:
        session.execute(upsert)
    except IntegrityError:  # of the two foreign keys, only the product can be missing
        raise not_found("product") from None


def remove(session: Session, user_id: int, product_id: int) -> None:
    """Take one product out of the cart."""
    removed = session.scalar(
        delete(CartItem)
        .where(CartItem.user_id == user_id, CartItem.product_id == product_id)
        .returning(CartItem.product_id)
    )
    if removed is None:
        raise not_found("cart item")
