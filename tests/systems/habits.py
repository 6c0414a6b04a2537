"""Changes that two at once do not spoil, though something tells who was first. `python habits.py PORT`"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg

from tests.systems.serving import Handler, serve

Open = psycopg.Connection[tuple[Any, ...]]
Said = tuple[int, dict[str, Any]]


def one(db: Open, sql: str, *values: Any) -> Any:
    row = db.execute(sql, values).fetchone()
    return None if row is None else row[0]


def numbered(db: Open, _: str) -> Said:
    """A number of a sequence, which is drawn before the lock is taken."""
    no = one(db, "INSERT INTO numbered DEFAULT VALUES RETURNING no")
    amount = one(db, "UPDATE numbered_stock SET amount = amount - 1 RETURNING amount")
    db.execute("UPDATE numbered SET of = %s WHERE no = %s", (amount, no))
    return 200, {"no": no, "amount": amount}


def miscounted(db: Open, _: str) -> Said:
    """As `numbered`, and what it writes it has read before."""
    no = one(db, "INSERT INTO miscounted DEFAULT VALUES RETURNING no")
    amount = one(db, "SELECT amount FROM miscounted_stock") - 1
    db.execute("UPDATE miscounted_stock SET amount = %s", (amount,))
    db.execute("UPDATE miscounted SET of = %s WHERE no = %s", (amount, no))
    return 200, {"no": no, "amount": amount}


def lettered(db: Open, _: str) -> Said:
    """A number that the catalog does not know to be one, within a text."""
    ticket = f"T{one(db, 'SELECT nextval(%s)', 'lettered_no'):06d}"
    db.execute("INSERT INTO lettered (ticket) VALUES (%s)", (ticket,))
    amount = one(db, "UPDATE lettered_stock SET amount = amount - 1 RETURNING amount")
    return 200, {"ticket": ticket, "amount": amount}


def gapped(db: Open, _: str) -> Said:
    """Who is refused has used up a number."""
    no = one(db, "INSERT INTO gapped DEFAULT VALUES RETURNING no")
    amount = one(
        db, "UPDATE gapped_stock SET amount = amount - 1 WHERE amount > 0 RETURNING amount"
    )
    if amount is None:
        db.rollback()
        return 409, {"sold": "out"}
    return 200, {"no": no}


def claimed(db: Open, _: str) -> Said:
    """A queue that nobody waits for."""
    job = one(
        db,
        "UPDATE claimed SET taken = true WHERE id = (SELECT id FROM claimed WHERE NOT taken"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id",
    )
    return (200, {"job": job}) if job else (404, {})


def skipped(db: Open, word: str) -> Said:
    """A queue that nobody waits for, and a job of it that somebody changes meanwhile."""
    if word == "1":
        db.execute("UPDATE skipped SET note = 'mine' WHERE id = 1")
        return 200, {}
    job = one(
        db,
        "UPDATE skipped SET taken = true WHERE id = (SELECT id FROM skipped WHERE NOT taken"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id",
    )
    return 200, {"job": job}


def tried(db: Open, _: str) -> Said:
    """Work that is not done where somebody is at it."""
    if not one(db, "SELECT pg_try_advisory_xact_lock(7)"):
        return 200, {"did": "nothing"}
    db.execute("UPDATE tried SET times = times + 1")
    return 200, {"did": "all"}


def missed(db: Open, _: str) -> Said:
    """It reads before it tries, and writes that whatever came of it."""
    times = one(db, "SELECT times FROM missed")
    one(db, "SELECT pg_try_advisory_xact_lock(8)")
    db.execute("UPDATE missed SET times = %s", (times + 1,))
    return 200, {"did": "all"}


def let_go(db: Open, _: str) -> Said:
    """As `claimed`, where the lock is gone before the job is taken."""
    db.autocommit = True
    job = one(
        db, "SELECT id FROM let_go WHERE NOT taken ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
    )
    db.execute("UPDATE let_go SET taken = true WHERE id = %s", (job,))
    return 200, {"job": job}


def crossed(db: Open, first: str) -> Said:
    """Locks in opposite orders; a deadlock is tried again."""
    for place in (first, "2" if first == "1" else "1"):
        db.execute("UPDATE crossed SET amount = amount + 1 WHERE id = %s", (place,))
    return 200, {}


def posted(db: Open, _: str) -> Said:
    """A message with it, of which a worker gets rid sooner or later."""
    db.execute("INSERT INTO posted DEFAULT VALUES")
    db.execute("INSERT INTO posted_box DEFAULT VALUES")
    return 200, {"left": one(db, "UPDATE posted_stock SET amount = amount - 1 RETURNING amount")}


def emptied(db: Open, _: str) -> Said:
    """It begins with what a worker says all the time."""
    db.execute("DELETE FROM emptied_box")
    return 200, {"left": one(db, "UPDATE emptied SET amount = amount - 1 RETURNING amount")}


WORK = {
    "DELETE FROM posted_box WHERE id IN (SELECT id FROM posted_box FOR UPDATE SKIP LOCKED)": 0.1,
    "DELETE FROM emptied_box": 0.4,
}
"""What workers do, and how long they pause behind it, in seconds."""


def work(sql: str, pause: float) -> None:
    with suppress(psycopg.Error), psycopg.connect(os.environ["DATABASE_URL"]) as db:
        while True:
            db.execute(sql)
            db.commit()
            time.sleep(pause)


WAYS: dict[str, Callable[[Open, str], Said]] = {
    f.__name__: f
    for f in (
        *(numbered, miscounted, lettered, gapped, claimed, skipped, tried, missed),
        *(let_go, crossed, posted, emptied),
    )
}
SCHEMA = """
CREATE SEQUENCE no START 500;
CREATE TABLE numbered (id bigserial PRIMARY KEY, no bigint DEFAULT nextval('no'), of int);
CREATE TABLE numbered_stock (amount int); INSERT INTO numbered_stock VALUES (10);
CREATE TABLE miscounted (id bigserial PRIMARY KEY, no bigint DEFAULT nextval('no'), of int);
CREATE TABLE miscounted_stock (amount int); INSERT INTO miscounted_stock VALUES (10);
CREATE SEQUENCE lettered_no START 100;
CREATE TABLE lettered (id bigserial PRIMARY KEY, ticket text);
CREATE TABLE lettered_stock (amount int); INSERT INTO lettered_stock VALUES (10);
CREATE TABLE gapped (id bigserial PRIMARY KEY, no bigint DEFAULT nextval('no'));
CREATE TABLE gapped_stock (amount int); INSERT INTO gapped_stock VALUES (1);
CREATE TABLE claimed (id int PRIMARY KEY, taken bool);
INSERT INTO claimed VALUES (1, false), (2, false);
CREATE TABLE skipped (id int PRIMARY KEY, taken bool, note text);
INSERT INTO skipped VALUES (1, false, ''), (2, false, '');
CREATE TABLE let_go (id int PRIMARY KEY, taken bool);
INSERT INTO let_go VALUES (1, false), (2, false);
CREATE TABLE tried (times int); INSERT INTO tried VALUES (0);
CREATE TABLE missed (times int); INSERT INTO missed VALUES (0);
CREATE TABLE posted (id bigserial PRIMARY KEY);
CREATE TABLE posted_box (id bigserial PRIMARY KEY);
CREATE TABLE posted_stock (amount int); INSERT INTO posted_stock VALUES (10);
CREATE TABLE emptied_box (id bigserial PRIMARY KEY);
CREATE TABLE emptied (amount int); INSERT INTO emptied VALUES (10);
CREATE TABLE crossed (id int PRIMARY KEY, amount int); INSERT INTO crossed VALUES (1, 0), (2, 0);
"""


def carry_out(name: str, word: str) -> Said:
    for _ in range(5):
        try:
            with psycopg.connect(os.environ["DATABASE_URL"]) as db:
                return WAYS[name](db, word)
        except psycopg.errors.DeadlockDetected:
            continue
    return 503, {}


class System(Handler):
    def post(self) -> None:
        name, _, word = self.path.strip("/").partition("/")
        self.answer(*carry_out(name, word))


if __name__ == "__main__":
    for each in WORK.items():
        threading.Thread(target=work, args=each, daemon=True).start()
    serve(System)
