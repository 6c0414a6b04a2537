"""What order operations take and answer."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shop.fields import Amount, Answer, Body, CouponCode, Id, Price, Quantity, Sku
from shop.paging import Page
from shop.tables import OrderStatus, PaymentMethod


class WantedLine(Body):
    sku: Sku
    quantity: Quantity


class NewOrder(Body):
    """Lines of the same product count as one."""

    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=50)]
    coupon_code: CouponCode | None = None


class OrderLine(Answer):
    product_id: Id
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=5_000)]
    unit_price: Price


class OrderSummary(Answer):
    id: Id
    status: OrderStatus
    coupon_code: CouponCode | None
    discount: Amount
    total: Amount
    placed_at: Annotated[datetime, Field(validation_alias="created_at")]


class Order(OrderSummary):
    lines: list[OrderLine]


class OrderPage(Page):
    items: list[OrderSummary]


class NewPayment(Body):
    method: PaymentMethod


class Payment(Answer):
    id: Id
    order_id: Id
    amount: Amount
    method: PaymentMethod
    paid_at: Annotated[datetime, Field(validation_alias="created_at")]
