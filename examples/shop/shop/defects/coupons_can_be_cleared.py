"""DELETE /coupons removes every coupon that no order used; the document knows nothing of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import delete, select

from shop.access import allow
from shop.db import begin
from shop.tables import Coupon, Order
from shop.tokens import Caller

router = APIRouter()


@router.delete("/coupons", status_code=204, include_in_schema=False)
def clear(caller: Annotated[Caller, Depends(allow("admin"))]) -> None:
    """Remove them."""
    with begin(caller) as session:
        used = select(Order.coupon_code).where(Order.coupon_code.is_not(None))
        session.execute(delete(Coupon).where(Coupon.code.not_in(used)))


def apply(app: FastAPI) -> None:
    """Serve it."""
    app.include_router(router)
