"""createOrder takes the discount of a coupon and does not count its use."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.orders import store
from shop.overlay import replace
from shop.tables import Coupon

Redeem = Callable[[Session, str], int]


def apply(_: FastAPI) -> None:
    """Wrap the redemption."""

    def wrong(redeem: Redeem) -> Redeem:
        def redeem_for_nothing(session: Session, code: str) -> int:
            percent = redeem(session, code)
            as_before = update(Coupon).where(Coupon.code == code)
            session.execute(as_before.values(redeemed=Coupon.redeemed - 1))
            return percent

        return redeem_for_nothing

    replace(store, "redeem", wrong)
