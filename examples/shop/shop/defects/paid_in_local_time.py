"""payOrder writes the time of its own place as if it were UTC."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.orders import store
from shop.overlay import replace
from shop.tables import Payment, PaymentMethod
from shop.tokens import Caller

Pay = Callable[[Session, Caller, int, PaymentMethod], Payment]
OFF = timedelta(hours=2)


def apply(_: FastAPI) -> None:
    """Wrap the payment."""

    def wrong(pay: Pay) -> Pay:
        def pay_later(
            session: Session, caller: Caller, order_id: int, method: PaymentMethod
        ) -> Payment:
            payment = pay(session, caller, order_id, method)
            payment.created_at += OFF
            session.flush()
            return payment

        return pay_later

    replace(store, "pay", wrong)
