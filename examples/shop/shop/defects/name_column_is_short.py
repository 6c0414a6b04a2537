"""A migration made the column of the name of a product shorter than the document says."""

from sqlalchemy import Connection, text

_COLUMN = text(
    "SELECT atttypmod = 124 FROM pg_attribute"
    " WHERE attrelid = to_regclass('products') AND attname = 'name'"
)


def migrate(connection: Connection) -> None:
    """Make it a varchar(100), if it is there and still a varchar(120)."""
    if connection.scalar(_COLUMN):
        connection.execute(text("ALTER TABLE products ALTER COLUMN name TYPE varchar(100)"))
        connection.commit()
