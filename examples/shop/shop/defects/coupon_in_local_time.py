"""readCoupon takes the time of its own place for UTC."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.coupons import store
from shop.coupons.schema import Coupon as CouponAnswer
from shop.overlay import replace
from shop.tables import Coupon

Read = Callable[[Session, str], Coupon]
OFF = timedelta(hours=2)


def apply(_: FastAPI) -> None:
    """Wrap the query of one coupon."""

    def wrong(read: Read) -> Callable[[Session, str], CouponAnswer]:
        def read_shifted(session: Session, code: str) -> CouponAnswer:
            coupon = CouponAnswer.model_validate(read(session, code))
            return coupon.model_copy(update={"expires_at": coupon.expires_at + OFF})

        return read_shifted

    replace(store, "read", wrong)
