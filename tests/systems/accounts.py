"""Two ways of each change: one that two at once spoil, and its correct twin. `python accounts.py PORT`"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import psycopg
from psycopg import Connection, IsolationLevel

from tests.systems.serving import Handler, serve

Open = Connection[tuple[Any, ...]]


def take_read(db: Open, _: list[str], table: str = "take_read") -> int:
    row = db.execute(f"SELECT amount FROM {table} WHERE id = 1").fetchone()
    assert row is not None
    db.execute(f"UPDATE {table} SET amount = %s WHERE id = 1", (row[0] - 1,))
    return 200


def take_late(db: Open, words: list[str]) -> int:
    """The window of `take_read` behind a long wait."""
    time.sleep(0.02)
    row = db.execute("SELECT amount FROM take_late WHERE id = 1").fetchone()
    assert row is not None
    db.execute("UPDATE take_late SET amount = %s WHERE id = 1", (row[0] - 1,))
    return 200


def take_atomic(db: Open, _: list[str]) -> int:
    db.execute("UPDATE take_atomic SET amount = amount - 1 WHERE id = 1")
    return 200


def take_locked(db: Open, _: list[str]) -> int:
    row = db.execute("SELECT amount FROM take_locked WHERE id = 1 FOR UPDATE").fetchone()
    assert row is not None
    db.execute("UPDATE take_locked SET amount = %s WHERE id = 1", (row[0] - 1,))
    return 200


def take_silent(db: Open, words: list[str]) -> int:
    """As `take_read`, where the server refuses the later one; and nobody is told of that."""
    return take_read(db, words, "take_silent")


def loop_read(db: Open, _: list[str]) -> int:
    row = db.execute("SELECT amount FROM loop_read WHERE id = 1").fetchone()
    assert row is not None
    db.execute("UPDATE loop_read SET amount = %s WHERE id = 1", (row[0] - 1,))
    return 200


def loop_atomic(db: Open, _: list[str]) -> int:
    db.execute("UPDATE loop_atomic SET amount = amount - 1 WHERE id = 1")
    return 200


def leave(db: Open, table: str, who: str) -> int:
    row = db.execute(f"SELECT count(*) FROM {table} WHERE amount > 0").fetchone()
    if row is None or row[0] < 2:
        return 409
    db.execute(f"UPDATE {table} SET amount = 0 WHERE id = %s", (int(who),))
    return 200


def leave_skew(db: Open, words: list[str]) -> int:
    return leave(db, "leave_skew", words[0])


def leave_serial(db: Open, words: list[str]) -> int:
    return leave(db, "leave_serial", words[0])


def move(db: Open, table: str, places: list[str]) -> int:
    for place in places:
        db.execute(f"UPDATE {table} SET amount = amount + 1 WHERE id = %s", (int(place),))
    return 200


def move_any(db: Open, words: list[str]) -> int:
    return move(db, "move_any", words)


def move_sorted(db: Open, words: list[str]) -> int:
    return move(db, "move_sorted", sorted(words))


WAYS: dict[str, Callable[[Open, list[str]], int]] = {
    f.__name__: f
    for f in (
        take_read,
        take_late,
        take_atomic,
        take_locked,
        take_silent,
        loop_read,
        loop_atomic,
        leave_skew,
        leave_serial,
        move_any,
        move_sorted,
    )
}
LEVELS = {
    "leave_skew": IsolationLevel.REPEATABLE_READ,
    "take_silent": IsolationLevel.REPEATABLE_READ,
    "leave_serial": IsolationLevel.SERIALIZABLE,
}
SCHEMA = "".join(
    f"CREATE TABLE {name} (id int PRIMARY KEY, amount int NOT NULL);"
    f"INSERT INTO {name} VALUES (1, 10), (2, 10);"
    for name in WAYS
)


def carry_out(name: str, words: list[str]) -> int:
    """One change; a serialization failure is tried again."""
    for _ in range(3):
        with psycopg.connect(os.environ["DATABASE_URL"]) as db:
            db.isolation_level = LEVELS.get(name)
            try:
                status = WAYS[name](db, words)
                db.commit()
            except psycopg.errors.SerializationFailure:
                db.rollback()
                if name == "take_silent":
                    return 0
                continue
            except psycopg.errors.DeadlockDetected:
                return 503
            return status
    return 503


LOOP = threading.Lock()
"""As an event loop that statements wait in: who comes and who is answered has to have it."""


class System(Handler):
    def post(self) -> None:
        name, *words = self.path.strip("/").split("/")
        loop = LOOP if name.startswith("loop_") else nullcontext()
        if name.startswith("loop_"):
            with LOOP, psycopg.connect(os.environ["DATABASE_URL"]) as db:
                db.execute(f"SELECT id FROM {name} WHERE id = 1")
        status = carry_out(name, words)
        with loop:
            if status:
                self.answer(status, {"done": True})
            else:
                self.close_connection = True


if __name__ == "__main__":
    serve(System)
