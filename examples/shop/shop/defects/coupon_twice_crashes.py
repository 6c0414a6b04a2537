"""createCoupon does not expect that a code is taken and fails."""

from collections.abc import Callable

from fastapi import FastAPI
from sqlalchemy.orm import Session

from shop.coupons import store
from shop.coupons.schema import NewCoupon
from shop.overlay import replace
from shop.problem import Refusal
from shop.tables import Coupon
from shop.tokens import Caller

Create = Callable[[Session, Caller, NewCoupon], Coupon]


def apply(_: FastAPI) -> None:
    """Wrap the insert of a coupon."""

    def wrong(create: Create) -> Create:
        def create_or_fail(session: Session, caller: Caller, new: NewCoupon) -> Coupon:
            try:
                return create(session, caller, new)
            except Refusal as refusal:
                raise RuntimeError("the code is taken") from refusal

        return create_or_fail

    replace(store, "create", wrong)
