"""order_lines has lost a foreign key, by which removeProduct knows that a product was ordered."""

from sqlalchemy import Connection, text


def migrate(connection: Connection) -> None:
    """Let lines stay behind without their product."""
    drop = "ALTER TABLE order_lines DROP CONSTRAINT IF EXISTS order_lines_product_id_fkey"
    connection.execute(text(drop))
    connection.commit()
