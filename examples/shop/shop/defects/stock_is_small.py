"""A migration made the column of the stock smaller than what the document lets a caller set."""

from sqlalchemy import Connection, text

_COLUMN = text(
    "SELECT atttypid = 'integer'::regtype FROM pg_attribute"
    " WHERE attrelid = to_regclass('products') AND attname = 'stock'"
)


def migrate(connection: Connection) -> None:
    """Make it a smallint, if it is there and still wide enough."""
    if connection.scalar(_COLUMN):
        connection.execute(text("ALTER TABLE products ALTER COLUMN stock TYPE smallint"))
        connection.commit()
