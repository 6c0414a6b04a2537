"""The database keeps updated_at itself, and orders say when they were answered."""

from datetime import UTC, datetime

from fastapi import FastAPI
from sqlalchemy import Connection, text

from shop.habits.field import add_field

_STATEMENTS = (
    "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END'",
    "CREATE OR REPLACE TRIGGER touch BEFORE INSERT OR UPDATE ON products"
    " FOR EACH ROW EXECUTE FUNCTION touch()",
    "CREATE OR REPLACE TRIGGER touch BEFORE INSERT OR UPDATE ON orders"
    " FOR EACH ROW EXECUTE FUNCTION touch()",
)


def migrate(connection: Connection) -> None:
    """Make the triggers."""
    for statement in _STATEMENTS:
        connection.execute(text(statement))
    connection.commit()


def apply(app: FastAPI) -> None:
    """Answer with `answered_at`."""
    schema = {"type": "string", "format": "date-time", "title": "Answered At"}
    add_field(app, ("Order",), "answered_at", schema, lambda: datetime.now(UTC).isoformat())
