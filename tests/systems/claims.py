"""Ways to do a piece of work of which only one request at a time may do it. `python claims.py PORT`

A claim is a row, committed before the work and let go with it, or when it fails. Who is killed in between
leaves it: `kept` then refuses for ever, `cleared` lets go of it at the next start, `whole` claims nothing.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg
from psycopg import Connection

from tests.systems.serving import Handler, serve

WAYS = ("kept", "cleared", "whole")
SCHEMA = "".join(
    f"CREATE TABLE {way}_claims (id int PRIMARY KEY);"
    f"CREATE TABLE {way}_work (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, done text);"
    for way in WAYS
)
CLAIMED = 409


def connect() -> Connection[tuple[Any, ...]]:
    return psycopg.connect(os.environ["DATABASE_URL"])


def work(way: str) -> int:
    if way == "whole":
        with connect() as db:
            db.execute("INSERT INTO whole_work (done) VALUES ('yes')")
            return 201
    try:
        with connect() as db:
            db.execute(f"INSERT INTO {way}_claims VALUES (1)")
    except psycopg.errors.UniqueViolation:
        return CLAIMED
    try:
        with connect() as db:
            db.execute(f"INSERT INTO {way}_work (done) VALUES ('yes')")
            let_go(db, way)
    except psycopg.Error:
        with connect() as db:
            let_go(db, way)
        return 503
    return 201


def let_go(db: Connection[tuple[Any, ...]], way: str) -> None:
    db.execute(f"DELETE FROM {way}_claims")


class System(Handler):
    def post(self) -> None:
        self.answer(work(self.path.strip("/")))


if __name__ == "__main__":
    with connect() as at_start:
        let_go(at_start, "cleared")
    serve(System)
