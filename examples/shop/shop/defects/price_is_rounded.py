"""A migration left one digit of prices behind the point, of which the document allows two."""

from sqlalchemy import Connection, text

_COLUMN = text(
    "SELECT format_type(atttypid, atttypmod) = 'numeric(12,2)' FROM pg_attribute"
    " WHERE attrelid = to_regclass('products') AND attname = 'price'"
)


def migrate(connection: Connection) -> None:
    """Make it a numeric(12,1), if it is there and still as fine as it was."""
    if connection.scalar(_COLUMN):
        connection.execute(text("ALTER TABLE products ALTER COLUMN price TYPE numeric(12,1)"))
        connection.commit()
