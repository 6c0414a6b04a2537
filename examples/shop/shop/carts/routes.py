"""/cart"""

from typing import Annotated

from fastapi import APIRouter, Depends

from shop.access import allow
from shop.carts import store
from shop.carts.schema import Cart, WantedQuantity
from shop.db import begin
from shop.fields import Id
from shop.problem import refusals
from shop.tokens import Caller

router = APIRouter(prefix="/cart", tags=["cart"])
Customer = Annotated[Caller, Depends(allow("customer"))]


@router.get("", responses=refusals(401, 403))
def read_cart(caller: Customer) -> Cart:
    """The caller's cart."""
    with begin(caller) as session:
        return store.read(session, caller.sub)


@router.put("/items/{product_id}", responses=refusals(401, 403, 404, 422))
def put_cart_item(product_id: Id, body: WantedQuantity, caller: Customer) -> Cart:
    """Have this many of a product in the cart."""
    with begin(caller) as session:
        store.put(session, caller.sub, product_id, body.quantity)
        return store.read(session, caller.sub)


@router.delete("/items/{product_id}", status_code=204, responses=refusals(401, 403, 404, 422))
def delete_cart_item(product_id: Id, caller: Customer) -> None:
    """Take a product out of the cart."""
    with begin(caller) as session:
        store.remove(session, caller.sub, product_id)
