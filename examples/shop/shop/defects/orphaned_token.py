"""A backfill left a refresh token of no user; its foreign key was added NOT VALID over it."""

from sqlalchemy import Connection, text

_FOREIGN_KEY = text(
    "SELECT convalidated FROM pg_constraint"
    " WHERE conname = 'refresh_tokens_user_id_fkey'"
    " AND conrelid = to_regclass('refresh_tokens')"
)
_SPOIL = (
    "ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_user_id_fkey",
    "INSERT INTO refresh_tokens (user_id, family, token_hash, expires_at, created_at)"
    " VALUES (2000000000, '00000000-0000-4000-8000-000000000000', repeat('0', 64),"
    " '2024-02-01 00:00+00', '2024-01-01 00:00+00')",
    "ALTER TABLE refresh_tokens ADD CONSTRAINT refresh_tokens_user_id_fkey"
    " FOREIGN KEY (user_id) REFERENCES users (id) NOT VALID",
)


def migrate(connection: Connection) -> None:
    """Spoil the foreign key, if it is there and still sound."""
    if connection.scalar(_FOREIGN_KEY):
        for statement in _SPOIL:
            connection.execute(text(statement))
        connection.commit()
