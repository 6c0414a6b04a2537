"""A heartbeat in a table of its own, by a thread with a connection of its own."""

import threading
import time

from fastapi import FastAPI
from sqlalchemy import Connection, create_engine, pool, text

from shop.settings import database_url

_EVERY_S = 0.05
_TABLE = (
    "CREATE TABLE IF NOT EXISTS heartbeats"
    " (worker text PRIMARY KEY, beats bigint NOT NULL, beat_at timestamptz NOT NULL)"
)
_BEAT = text(
    "INSERT INTO heartbeats VALUES ('shop', 1, clock_timestamp()) ON CONFLICT (worker)"
    " DO UPDATE SET beats = heartbeats.beats + 1, beat_at = excluded.beat_at"
)


def migrate(connection: Connection) -> None:
    """Make the table."""
    connection.execute(text(_TABLE))
    connection.commit()


def apply(_: FastAPI) -> None:
    """Start beating."""
    threading.Thread(target=_beat, daemon=True).start()


def _beat() -> None:
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        while True:
            connection.execute(_BEAT)
            connection.commit()
            time.sleep(_EVERY_S)
