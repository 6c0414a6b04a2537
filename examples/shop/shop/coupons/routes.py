"""/coupons"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from shop.access import allow
from shop.coupons import store
from shop.coupons.schema import Coupon, NewCoupon
from shop.db import begin
from shop.fields import CouponCode
from shop.location import created, located
from shop.problem import refusals
from shop.tokens import Caller

router = APIRouter(prefix="/coupons", tags=["coupons"])
Staff = Annotated[Caller, Depends(allow("staff", "admin"))]
Admin = Annotated[Caller, Depends(allow("admin"))]


@router.post("", status_code=201, responses={**located(), **refusals(401, 403, 409, 422)})
def create_coupon(body: NewCoupon, caller: Admin, response: Response) -> Coupon:
    """Issue a coupon."""
    with begin(caller) as session:
        coupon = Coupon.model_validate(store.create(session, caller, body))
    created(response, f"/coupons/{coupon.code}")
    return coupon


@router.get("/{code}", responses=refusals(401, 403, 404, 422))
def read_coupon(code: CouponCode, caller: Staff) -> Coupon:
    """One coupon and how often it was used."""
    with begin(caller) as session:
        return Coupon.model_validate(store.read(session, code))
