"""An address is unique as it is written: register takes it again in capitals."""

from sqlalchemy import Connection, text

_SPOIL = (
    "DROP INDEX IF EXISTS users_email_key",
    "CREATE UNIQUE INDEX users_email_key ON users (email)",
)


def migrate(connection: Connection) -> None:
    """Put a plain index in the place of the one over lower(email)."""
    for statement in _SPOIL:
        connection.execute(text(statement))
    connection.commit()
