"""createOrder of several lines sells one more than there is; the column has lost its CHECK."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shop.orders import store
from shop.orders.schema import OrderLine, WantedLine
from shop.overlay import replace
from shop.products.store import add_stock, lock
from shop.tables import Product

Reserve = Callable[[Session, Sequence[WantedLine]], list[OrderLine]]


def migrate(connection: Connection) -> None:
    """Let the stock fall below zero."""
    connection.execute(text("ALTER TABLE products DROP CONSTRAINT IF EXISTS products_stock_check"))
    connection.commit()


def apply(_: FastAPI) -> None:
    """Wrap the reservation."""

    def wrong(reserve: Reserve) -> Reserve:
        def reserve_too_much(session: Session, wanted: Sequence[WantedLine]) -> list[OrderLine]:
            for line in wanted:
                left = session.scalar(select(Product.stock).where(Product.sku == line.sku))
                if left is not None and left + 1 == line.quantity and len(wanted) > 1:
                    others = [w for w in wanted if w is not line]
                    return [*reserve(session, others), _take(session, line)]
            return reserve(session, wanted)

        return reserve_too_much

    replace(store, "reserve", wrong)


def _take(session: Session, line: WantedLine) -> OrderLine:
    product = lock(session, [line.sku])[line.sku]
    add_stock(session, {product.id: -line.quantity})
    return OrderLine(
        product_id=product.id, sku=line.sku, quantity=line.quantity, unit_price=product.price
    )
