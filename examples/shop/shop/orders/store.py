"""Orders, in SQL."""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session

from shop.audit.store import record
from shop.coupons.store import redeem
from shop.orders.schema import NewOrder, WantedLine
from shop.orders.schema import Order as OrderAnswer
from shop.orders.schema import OrderLine as LineAnswer
from shop.paging import Paging, fetch_page
from shop.problem import Refusal, invalid, not_found
from shop.products.store import add_stock, lock
from shop.tables import Order, OrderLine, OrderStatus, Payment, PaymentMethod, Product
from shop.tokens import Caller

CENT = Decimal("0.01")


def place(session: Session, caller: Caller, new: NewOrder) -> OrderAnswer:
    """Reserve the stock, redeem the coupon and write the order: all of it or nothing."""
    lines = reserve(session, new.lines)
    due = subtotal(lines)
    percent = redeem(session, new.coupon_code) if new.coupon_code else 0
    discount = (due * percent / 100).quantize(CENT, ROUND_HALF_UP)
    order = session.scalars(
        insert(Order)
        .values(
            user_id=caller.sub,
            coupon_code=new.coupon_code,
            discount=discount,
            total=due - discount,
        )
        .returning(Order)
    ).one()
    session.execute(
        insert(OrderLine),
        [{"order_id": order.id, **line.model_dump(exclude={"sku"})} for line in lines],
    )
    record(session, caller.sub, "order.placed", order.id, {"total": f"{order.total:.2f}"})
    return answer(order, lines)


def reserve(session: Session, wanted: Sequence[WantedLine]) -> list[LineAnswer]:
    """Take the wanted stock; refuse if a product is unknown or there is too little of it."""
    quantities: Counter[str] = Counter()
    for line in wanted:
        quantities[line.sku] += line.quantity
    products = lock(session, list(quantities))
    for position, line in enumerate(wanted):
        if line.sku not in products:
            raise invalid(f"body/lines/{position}/sku", "there is no such product")
    for product in products.values():
        if product.stock < quantities[product.sku]:
            raise Refusal(409, f"There is not enough stock of {product.sku}.")
    add_stock(session, {p.id: -quantities[p.sku] for p in products.values()})
    return [
        LineAnswer(product_id=p.id, sku=p.sku, quantity=quantities[p.sku], unit_price=p.price)
        for p in products.values()
    ]


def subtotal(lines: Sequence[LineAnswer]) -> Decimal:
    """What the lines cost before any discount."""
    return sum((line.unit_price * line.quantity for line in lines), Decimal(0))


def answer(order: Order, lines: Sequence[LineAnswer]) -> OrderAnswer:
    """An order as the API shows it."""
    return OrderAnswer(
        id=order.id,
        status=order.status,
        coupon_code=order.coupon_code,
        discount=order.discount,
        total=order.total,
        placed_at=order.created_at,
        lines=list(lines),
    )


def read_page(session: Session, user_id: int, paging: Paging) -> tuple[list[Order], int]:
    """The user's orders, newest first."""
    query = select(Order).where(Order.user_id == user_id)
    return fetch_page(session, query, paging, Order.id.desc())


def read(session: Session, user_id: int, order_id: int) -> OrderAnswer:
    """One of the user's own orders."""
    order = session.scalar(select(Order).where(Order.id == order_id, Order.user_id == user_id))
    if order is None:
        raise not_found("order")
    return answer(order, read_lines(session, order_id))


def read_lines(session: Session, order_id: int) -> list[LineAnswer]:
    """The lines of an order, in the order of their products."""
    rows = session.execute(
        select(OrderLine.product_id, Product.sku, OrderLine.quantity, OrderLine.unit_price)
        .join(Product, Product.id == OrderLine.product_id)
        .where(OrderLine.order_id == order_id)
        .order_by(OrderLine.product_id)
    )
    return [LineAnswer.model_validate(row) for row in rows]


def pay(session: Session, caller: Caller, order_id: int, method: PaymentMethod) -> Payment:
    """Pay an open order, once."""
    order = _leave_open(session, caller, order_id, "paid")
    payment = session.scalars(
        insert(Payment)
        .values(order_id=order.id, amount=order.total, method=method)
        .returning(Payment)
    ).one()
    record(session, caller.sub, "order.paid", order.id, {"amount": f"{payment.amount:.2f}"})
    return payment


def cancel(session: Session, caller: Caller, order_id: int) -> OrderAnswer:
    """Cancel an open order and give its stock back; a coupon stays used."""
    order = _leave_open(session, caller, order_id, "cancelled")
    lines = read_lines(session, order.id)
    lock(session, [line.sku for line in lines])
    add_stock(session, {line.product_id: line.quantity for line in lines})
    record(session, caller.sub, "order.cancelled", order.id, {})
    return answer(order, lines)


def _leave_open(session: Session, caller: Caller, order_id: int, status: OrderStatus) -> Order:
    """Move the caller's order from open to `status`; of two such requests one succeeds."""
    own = (Order.id == order_id, Order.user_id == caller.sub)
    order: Order | None = session.scalar(
        update(Order)
        .where(*own, Order.status == "open")
        .values(status=status, updated_at=func.now())
        .returning(Order)
    )
    if order is not None:
        return order
    if session.scalar(select(exists().where(*own))):
        raise Refusal(409, "This order is not open any more.")
    raise not_found("order")
