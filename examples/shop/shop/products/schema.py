"""What product operations take and answer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict
from pydantic.json_schema import SkipJsonSchema
from typing_extensions import TypedDict  # pydantic refuses typing's before Python 3.12

from shop import fields
from shop.fields import Answer, Body, Category, Count, Description, Id, Price, ProductName, Sku
from shop.paging import Page, Paging

Sort = Literal["id", "name", "-name", "price", "-price"]


class Product(Answer):
    id: Id
    sku: Sku
    name: ProductName
    description: Description
    category: Category
    price: Price
    stock: Count
    created_at: datetime
    updated_at: datetime


class ProductPage(Page):
    items: list[Product]


class ProductFilter(Paging):
    """Which products are wanted, and in what order."""

    q: fields.SearchText | SkipJsonSchema[None] = None
    category: Category | SkipJsonSchema[None] = None
    min_price: Price | SkipJsonSchema[None] = None
    max_price: Price | SkipJsonSchema[None] = None
    sort: Sort = "id"


class NewProduct(Body):
    sku: Sku
    name: ProductName
    description: Description = ""
    category: Category
    price: Price
    stock: fields.Stock = 0


class Changes(TypedDict, total=False):
    """The properties to change; the others stay."""

    __pydantic_config__ = ConfigDict(  # type: ignore[misc]
        extra="forbid", strict=True, json_schema_extra={"minProperties": 1}
    )

    name: ProductName
    description: Description
    category: Category
    price: Price


def _not_empty(changes: Changes) -> Changes:
    if not changes:
        raise ValueError("at least one property is needed")
    return changes


ProductChanges = Annotated[Changes, AfterValidator(_not_empty)]


class StockLevel(Body):
    stock: fields.Stock
