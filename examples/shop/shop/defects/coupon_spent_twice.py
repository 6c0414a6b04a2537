"""createOrder reads how often the coupon was used, and writes one more."""

from datetime import UTC, datetime

from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.orders import store
from shop.overlay import replace
from shop.problem import Refusal, invalid
from shop.tables import Coupon


def redeem_as_read(session: Session, code: str) -> int:
    """Use the coupon once; the percentage that it takes off."""
    coupon = session.scalar(select(Coupon).where(Coupon.code == code))
    if coupon is None:
        raise invalid("body/coupon_code", "there is no such coupon")
    if coupon.redeemed >= coupon.max_redemptions or coupon.expires_at <= datetime.now(UTC):
        raise Refusal(409, "This coupon is expired or used up.")
    session.execute(
        update(Coupon)
        .where(Coupon.code == code)
        .values(redeemed=coupon.redeemed + 1)
        .execution_options(synchronize_session=False)
    )
    return coupon.percent


def apply(_: FastAPI) -> None:
    """Replace the redemption."""
    replace(store, "redeem", lambda _: redeem_as_read)
