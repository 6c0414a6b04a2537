"""What coupon operations take and answer."""

from datetime import datetime

from shop.fields import Answer, Body, Count, CouponCode, FutureMoment, Percent, Redemptions


class NewCoupon(Body):
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
