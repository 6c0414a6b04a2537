"""What cart operations take and answer."""

from shop.fields import Amount, Answer, Body, Id, Price, ProductName, Quantity, Sku


class CartItem(Answer):
    product_id: Id
    sku: Sku
    name: ProductName
    price: Price
    quantity: Quantity


class Cart(Answer):
    items: list[CartItem]
    total: Amount


class WantedQuantity(Body):
    quantity: Quantity
