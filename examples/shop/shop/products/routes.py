"""/products"""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Response

from shop.access import allow
from shop.db import begin
from shop.fields import Id
from shop.location import created, located
from shop.problem import refusals
from shop.products import store
from shop.products.schema import (
    NewProduct,
    Product,
    ProductChanges,
    ProductFilter,
    ProductPage,
    StockLevel,
)
from shop.tokens import Caller

router = APIRouter(prefix="/products", tags=["products"])
Staff = Annotated[Caller, Depends(allow("staff", "admin"))]
Admin = Annotated[Caller, Depends(allow("admin"))]


@router.get("", responses=refusals(422))
def list_products(wanted: Annotated[ProductFilter, Query()]) -> ProductPage:
    """Search the catalogue."""
    with begin() as session:
        rows, total = store.search(session, wanted)
        items = [Product.model_validate(row) for row in rows]
    return ProductPage(items=items, total=total, page=wanted.page, size=wanted.size)


@router.get("/{id}", responses=refusals(404, 422))
def read_product(id: Id) -> Product:
    """One product."""
    with begin() as session:
        return Product.model_validate(store.read(session, id))


@router.post("", status_code=201, responses={**located(), **refusals(401, 403, 409, 422)})
def create_product(body: NewProduct, caller: Staff, response: Response) -> Product:
    """Add a product to the catalogue."""
    with begin(caller) as session:
        product = store.create(session, caller, body)
    created(response, f"/products/{product.id}")
    return product


@router.patch("/{id}", responses=refusals(401, 403, 404, 422))
def change_product(id: Id, body: Annotated[ProductChanges, Body()], caller: Staff) -> Product:
    """Change some properties of a product."""
    with begin(caller) as session:
        return Product.model_validate(store.change(session, caller, id, body))


@router.delete("/{id}", status_code=204, responses=refusals(401, 403, 404, 409, 422))
def delete_product(id: Id, caller: Admin) -> None:
    """Remove a product that nobody ordered."""
    with begin(caller) as session:
        store.remove(session, caller, id)


@router.put("/{id}/stock", responses=refusals(401, 403, 404, 422))
def set_stock(id: Id, body: StockLevel, caller: Staff) -> Product:
    """Say how many of a product there are."""
    with begin(caller) as session:
        return Product.model_validate(store.set_stock(session, caller, id, body.stock))
