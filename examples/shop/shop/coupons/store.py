"""Coupons, in SQL."""

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.coupons.schema import NewCoupon
from shop.problem import Refusal, invalid, not_found
from shop.tables import Coupon
from shop.tokens import Caller


def create(session: Session, caller: Caller, new: NewCoupon) -> Coupon:
    """A new coupon under a code that is not taken."""
    coupon: Coupon | None = session.scalar(
        insert(Coupon).values(**new.model_dump()).on_conflict_do_nothing().returning(Coupon)
    )
    if coupon is None:
        raise Refusal(409, "This code is taken.")
    record(session, caller.sub, "coupon.created", coupon.code, new.model_dump(mode="json"))
    return coupon


def read(session: Session, code: str) -> Coupon:
    """One coupon."""
    coupon = session.get(Coupon, code)
    if coupon is None:
        raise not_found("coupon")
    return coupon


def redeem(session: Session, code: str) -> int:
    """Use the coupon once; the percentage that it takes off.

    One statement both asks and counts, so two orders cannot share the last redemption.
    """
    percent: int | None = session.scalar(
        update(Coupon)
        .where(
            Coupon.code == code,
            Coupon.redeemed < Coupon.max_redemptions,
            Coupon.expires_at > func.now(),
        )
        .values(redeemed=Coupon.redeemed + 1)
        .returning(Coupon.percent)
        .execution_options(synchronize_session=False)
    )
    if percent is not None:
        return percent
    if session.get(Coupon, code) is None:
        raise invalid("body/coupon_code", "there is no such coupon")
    raise Refusal(409, "This coupon is expired or used up.")
