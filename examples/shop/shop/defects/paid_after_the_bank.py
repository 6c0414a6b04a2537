"""payOrder asks the bank, sees that the order is open, and pays even if it no longer is."""

import time

from fastapi import FastAPI
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.orders import store
from shop.overlay import replace
from shop.problem import Refusal, not_found
from shop.tables import Order, Payment, PaymentMethod
from shop.tokens import Caller

BANK_S = 0.15


def pay_late(session: Session, caller: Caller, order_id: int, method: PaymentMethod) -> Payment:
    """Pay an open order; a cancellation between the look and the payment goes unseen."""
    time.sleep(BANK_S)
    own = (Order.id == order_id, Order.user_id == caller.sub)
    order = session.scalar(select(Order).where(*own))
    if order is None:
        raise not_found("order")
    if order.status != "open":
        raise Refusal(409, "This order is not open any more.")
    payment = session.scalars(
        insert(Payment)
        .values(order_id=order.id, amount=order.total, method=method)
        .returning(Payment)
    ).one()
    session.execute(
        update(Order)
        .where(*own, Order.status == "open")
        .values(status="paid", updated_at=func.now())
        .execution_options(synchronize_session=False)
    )
    record(session, caller.sub, "order.paid", order.id, {"amount": f"{payment.amount:.2f}"})
    return payment


def apply(_: FastAPI) -> None:
    """Replace the payment."""
    replace(store, "pay", lambda _: pay_late)
