"""createCoupon refuses 90 percent, which its document allows."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.coupons import store
from shop.coupons.schema import NewCoupon
from shop.overlay import replace
from shop.problem import invalid
from shop.tables import Coupon
from shop.tokens import Caller

Create = Callable[[Session, Caller, NewCoupon], Coupon]


def apply(_: FastAPI) -> None:
    """Wrap the insert of a coupon."""

    def wrong(create: Create) -> Create:
        def create_below(session: Session, caller: Caller, new: NewCoupon) -> Coupon:
            if new.percent >= 90:
                raise invalid("body/percent", "must be less than 90")
            return create(session, caller, new)

        return create_below

    replace(store, "create", wrong)
