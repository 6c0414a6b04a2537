"""/products"""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Response

from shop.accept import Negotiated
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
from shop.tags import Condition, matches, require, tag, tagged
from shop.tokens import Caller

router = APIRouter(prefix="/products", tags=["products"])
Staff = Annotated[Caller, Depends(allow("staff", "admin"))]
Admin = Annotated[Caller, Depends(allow("admin"))]


@router.get("", responses=refusals(422))
def list_products(wanted: Annotated[ProductFilter, Query()]) -> ProductPage:
    """Search the catalogue."""
    with begin(steady=True) as session:
        rows, total = store.search(session, wanted)
        items = [Product.model_validate(row) for row in rows]
    return ProductPage(items=items, total=total, page=wanted.page, size=wanted.size)


@router.get("/{id}", response_model=Product, responses={**tagged(), **refusals(404, 406, 422)})
def read_product(id: Id, response: Response, _: Negotiated, if_none_match: Condition = None) -> Any:
    """One product."""
    with begin() as session:
        product = Product.model_validate(store.read(session, id))
    response.headers["ETag"] = version = tag(id, product.updated_at)
    if matches(if_none_match, version):
        return Response(status_code=304, headers={"ETag": version})
    return product


@router.post("", status_code=201, responses={**located(), **refusals(401, 403, 409, 422)})
def create_product(body: NewProduct, caller: Staff, response: Response) -> Product:
    """Add a product to the catalogue."""
    with begin(caller) as session:
        product = store.create(session, caller, body)
    created(response, f"/products/{product.id}")
    return product


@router.patch("/{id}", responses=refusals(401, 403, 404, 412, 422))
def change_product(
    id: Id, body: Annotated[ProductChanges, Body()], caller: Staff, if_match: Condition = None
) -> Product:
    """Change some properties of a product; with If-Match only of that version."""
    with begin(caller) as session:
        require(if_match, tag(id, store.hold(session, id).updated_at))
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
