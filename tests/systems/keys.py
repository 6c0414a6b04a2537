"""Ways to keep an Idempotency-Key: `stored` with the rows, `remembered` by the process, `ignored`.

`python keys.py PORT`. Each request also notes when its caller was last seen.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg

from tests.systems.serving import Handler, serve

WAYS = ("stored", "remembered", "ignored")
SCHEMA = """
CREATE TABLE callers (id int PRIMARY KEY, seen timestamptz); INSERT INTO callers VALUES (1, NULL);
CREATE TABLE keys (key text PRIMARY KEY, made bigint);
CREATE TABLE made (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
"""
_remembered: dict[str, int] = {}


def make(way: str, key: str) -> int:
    """The number of the row that is made with a key, once."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as db:
        db.execute("UPDATE callers SET seen = clock_timestamp() WHERE id = 1")
        if way == "stored":
            db.execute("INSERT INTO keys VALUES (%s, NULL) ON CONFLICT DO NOTHING", (key,))
            known = db.execute("SELECT made FROM keys WHERE key = %s FOR UPDATE", (key,)).fetchone()
            number = known[0] if known else None
        else:
            number = _remembered.get(key) if way == "remembered" else None
        if number is None:
            number = _one(db)
            db.execute("UPDATE keys SET made = %s WHERE key = %s", (number, key))
            if way == "remembered":
                _remembered[key] = number
    return number


def _one(db: psycopg.Connection[Any]) -> int:
    row = db.execute("INSERT INTO made DEFAULT VALUES RETURNING id").fetchone()
    assert row is not None
    return int(row[0])


class System(Handler):
    def post(self) -> None:
        try:
            number = make(self.path.strip("/"), self.headers["Idempotency-Key"] or "none")
        except psycopg.Error:
            self.answer(503)
        else:
            self.answer(201, {"id": number})


if __name__ == "__main__":
    serve(System)
