"""What coupon operations take and answer."""

from datetime import datetime

from pydantic import ConfigDict

from shop.fields import Answer, Body, Count, CouponCode, FutureMoment, Percent, Redemptions


class NewCoupon(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "AUTUMN25",
                    "percent": 25,
                    "max_redemptions": 250,
                    "expires_at": "2090-10-31T23:00:00Z",
                }
            ]
        }
    )

    code: CouponCode
    percent: Percent
    max_redemptions: Redemptions
    expires_at: FutureMoment


class Coupon(Answer):
    code: CouponCode
    percent: Percent
    max_redemptions: Redemptions
    redeemed: Count
    expires_at: datetime
    created_at: datetime
