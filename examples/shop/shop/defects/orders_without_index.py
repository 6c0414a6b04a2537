"""Nothing leads from a user to the orders but a look at all of them."""

from sqlalchemy import Connection, text


def migrate(connection: Connection) -> None:
    """Drop the index."""
    connection.execute(text("DROP INDEX IF EXISTS orders_user_id_idx"))
    connection.commit()
