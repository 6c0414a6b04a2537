"""readCoupon answers the next coupon in the alphabet where there is none of that code."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.coupons import store
from shop.overlay import replace
from shop.problem import Refusal
from shop.tables import Coupon

Read = Callable[[Session, str], Coupon]


def apply(_: FastAPI) -> None:
    """Wrap the reading of a coupon."""

    def wrong(read: Read) -> Read:
        def read_nearest(session: Session, code: str) -> Coupon:
            try:
                return read(session, code)
            except Refusal:
                found = session.scalar(select(Coupon).order_by(Coupon.code >= code, Coupon.code))
                if found is None:
                    raise
                return found

        return read_nearest

    replace(store, "read", wrong)
