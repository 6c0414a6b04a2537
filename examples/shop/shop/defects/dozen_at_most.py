"""A migration bounded how many of a product one order may have; the document allows a hundred."""

from sqlalchemy import Connection, text

_TABLE = text("SELECT to_regclass('order_lines') IS NOT NULL")
_CHECK = text(
    "SELECT count(*) FROM pg_constraint"
    " WHERE conrelid = to_regclass('order_lines') AND conname = 'dozen_at_most'"
)


def migrate(connection: Connection) -> None:
    """Add the bound, if the table is there and has none yet."""
    if connection.scalar(_TABLE) and not connection.scalar(_CHECK):
        connection.execute(
            text("ALTER TABLE order_lines ADD CONSTRAINT dozen_at_most CHECK (quantity <= 12)")
        )
        connection.commit()
