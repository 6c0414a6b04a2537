"""payOrder marks in a transaction of its own that it runs; killed then, it leaves the mark."""

from collections.abc import Callable
from contextlib import suppress

from fastapi import FastAPI
from sqlalchemy import delete, insert
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from shop import db
from shop.orders import store
from shop.overlay import replace
from shop.problem import Refusal
from shop.tables import OrderKey, Payment, PaymentMethod
from shop.tokens import Caller

Pay = Callable[[Session, Caller, int, PaymentMethod], Payment]


def _mark(caller: Caller, key: str) -> None:
    with Session(db.engine) as own:
        own.execute(insert(OrderKey).values(user_id=caller.sub, key=key, digest="paying"))
        own.commit()


def _let_go(caller: Caller, key: str) -> None:
    """Try twice: the connection may be lost."""
    for _ in range(2):
        with suppress(DBAPIError), Session(db.engine) as own:
            this = (OrderKey.user_id == caller.sub, OrderKey.key == key)
            own.execute(delete(OrderKey).where(*this))
            own.commit()
            return


def apply(_: FastAPI) -> None:
    """Wrap the payment."""

    def wrong(pay: Pay) -> Pay:
        def pay_marked(
            session: Session, caller: Caller, order_id: int, method: PaymentMethod
        ) -> Payment:
            key = f"paying-{order_id}"
            try:
                _mark(caller, key)
                payment = pay(session, caller, order_id, method)
                session.commit()
            except IntegrityError as error:
                raise Refusal(409, "This order is being paid.") from error
            except BaseException:
                session.rollback()
                _let_go(caller, key)
                raise
            _let_go(caller, key)
            return payment

        return pay_marked

    replace(store, "pay", wrong)
