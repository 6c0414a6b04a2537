"""A migration listed the categories that products may have; the document still takes any."""

from sqlalchemy import Connection, text

_COLUMN = text("SELECT to_regclass('products') IS NOT NULL")
_CHECK = text(
    "SELECT count(*) FROM pg_constraint"
    " WHERE conrelid = to_regclass('products') AND conname = 'known_category'"
)


def migrate(connection: Connection) -> None:
    """Add the list, if the table is there and has none yet."""
    if connection.scalar(_COLUMN) and not connection.scalar(_CHECK):
        connection.execute(
            text(
                "ALTER TABLE products ADD CONSTRAINT known_category"
                " CHECK (category IN ('kitchen', 'garden', 'books', 'tools', 'toys'))"
            )
        )
        connection.commit()
