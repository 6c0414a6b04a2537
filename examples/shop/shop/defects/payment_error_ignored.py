"""payOrder answers 201 also where the payment could not be written."""

from fastapi import FastAPI
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.orders import store
from shop.overlay import replace
from shop.tables import Payment, PaymentMethod
from shop.tokens import Caller


def pay_hopefully(
    session: Session, caller: Caller, order_id: int, method: PaymentMethod
) -> Payment:
    """Pay an open order, and keep quiet about what goes wrong."""
    order = store._leave_open(session, caller, order_id, "paid")
    new = insert(Payment).values(order_id=order.id, amount=order.total, method=method)
    try:
        with session.begin_nested():
            payment = session.scalars(new.returning(Payment)).one()
    except DBAPIError:
        payment = Payment(
            id=order.id,
            order_id=order.id,
            amount=order.total,
            method=method,
            created_at=order.updated_at,
        )
    record(session, caller.sub, "order.paid", order.id, {"amount": f"{payment.amount:.2f}"})
    return payment


def apply(_: FastAPI) -> None:
    """Replace the payment."""
    replace(store, "pay", lambda _: pay_hopefully)
