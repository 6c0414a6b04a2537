"""/orders"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from shop.access import allow
from shop.db import begin
from shop.fields import Id
from shop.location import created, located
from shop.orders import once, store
from shop.orders.once import IdempotencyKey
from shop.orders.schema import NewOrder, NewPayment, Order, OrderPage, OrderSummary, Payment
from shop.paging import Paging
from shop.problem import refusals
from shop.tokens import Caller

router = APIRouter(prefix="/orders", tags=["orders"])
Customer = Annotated[Caller, Depends(allow("customer"))]


@router.post("", status_code=201, responses={**located(), **refusals(401, 403, 409, 422)})
def create_order(
    body: NewOrder, caller: Customer, response: Response, idempotency_key: IdempotencyKey = None
) -> Order:
    """Order products and reserve their stock; with a key, once however often it is sent."""
    with begin(caller) as session:
        order = once.place(session, caller, body, idempotency_key)
    created(response, f"/orders/{order.id}")
    return order


@router.get("", responses=refusals(401, 403, 422))
def list_orders(paging: Annotated[Paging, Query()], caller: Customer) -> OrderPage:
    """The caller's orders, newest first."""
    with begin(caller, steady=True) as session:
        rows, total = store.read_page(session, caller.sub, paging)
        items = [OrderSummary.model_validate(row) for row in rows]
    return OrderPage(items=items, total=total, page=paging.page, size=paging.size)


@router.get("/{id}", responses=refusals(401, 403, 404, 422))
def read_order(id: Id, caller: Customer) -> Order:
    """One of the caller's orders."""
    with begin(caller) as session:
        return store.read(session, caller.sub, id)


@router.post("/{id}/payment", status_code=201, responses=refusals(401, 403, 404, 409, 422))
def pay_order(id: Id, body: NewPayment, caller: Customer) -> Payment:
    """Pay an open order."""
    with begin(caller) as session:
        return Payment.model_validate(store.pay(session, caller, id, body.method))


@router.post("/{id}/cancel", responses=refusals(401, 403, 404, 409, 422))
def cancel_order(id: Id, caller: Customer) -> Order:
    """Cancel an open order; its stock is free again."""
    with begin(caller) as session:
        return store.cancel(session, caller, id)
