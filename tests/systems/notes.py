"""A small system under test whose routes do what systems do to a test tool: `notes.py PORT`.

Each route is one behaviour, legal or not; the tests say which. It runs in a process of its own, on the
database of DATABASE_URL. NOTES_MODE makes it start badly: `dies`, `no-document`, `html-document`; with
`heart` it writes in the background, with `breaks` it trusts what it is sent, with `limits` each third
request is one too many, with `limits-all` each is, and with `tracks` it notes every visit.

It is started some hundred times: so it imports little.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable
from itertools import count
from threading import Thread, Timer
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from tests.systems.serving import Handler, serve

URL = os.environ.get("DATABASE_URL", "")
MODE = os.environ.get("NOTES_MODE", "")
OPEN = ("/health", "/openapi.json")
_kept: list[object] = []
_calls = count()
_limited = count()
_closed: list[bool] = []


def connect(autocommit: bool = True) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of its own, as an ordinary pool would hold one."""
    return psycopg.connect(URL, autocommit=autocommit)


class Notes(Handler):
    """A request, and the answer to it."""

    body = b""

    def carry_out(self) -> None:
        """Carry out what stands for the method and the path."""
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self._reach(urlsplit(self.path).path)
        except Exception:
            traceback.print_exc()
            self.answer(500, {"error": "broken"})

    def _reach(self, path: str) -> None:
        if path not in OPEN and self._is_stopped(path):
            return
        found = [(m, r) for (m, route), r in ROUTES.items() if re.fullmatch(route, path)]
        method = "GET" if self.command == "HEAD" else self.command
        routes = [route for allowed, route in found if allowed == method]
        if routes:
            self.answer(*routes[0](self))
        elif found:
            methods = [
                m for allowed, _ in found for m in (allowed, "HEAD")[: 1 + (allowed == "GET")]
            ]
            self.answer(405, {"error": "not so"}, Allow=",".join(sorted(methods)))
        else:
            self.answer(404, {"error": "absent"})

    def _is_stopped(self, path: str) -> bool:
        """What stands before every route has answered."""
        if _closed:
            self.answer(503, {"error": "closed"})
            return True
        if MODE == "limits-all" or (MODE == "limits" and next(_limited) % 3 == 2):
            self.answer(429, **{"Retry-After": "0"})
            return True
        if MODE == "tracks":
            with connect() as db:
                db.execute("UPDATE visitors SET seen = clock_timestamp()")
                db.execute("INSERT INTO visits (path) VALUES (%s)", (path,))
        return False


for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
    setattr(Notes, f"do_{method}", Notes.carry_out)

Said = tuple[int, Any]


def create(request: Notes) -> Said:
    """Correct: one row, answered as it is; what is no text that can be stored is refused."""
    if MODE == "breaks":
        return add(json.loads(request.body)["text"])
    if request.headers.get_content_type() != "application/json":
        return 415, {"error": "JSON, please"}
    try:
        text = json.loads(request.body)["text"]
    except (ValueError, TypeError, KeyError):
        text = None
    if not isinstance(text, str) or "\0" in text:
        return 400, {"error": "no text"}
    return add(text)


def add(text: str) -> Said:
    """One row, answered as it is."""
    with connect() as db:
        cursor = db.execute("INSERT INTO notes(text) VALUES (%s) RETURNING id", (text,))
        (number,) = cursor.fetchone() or (0,)
    return 201, {"id": number, "text": text}


def read(request: Notes) -> Said:
    """Correct."""
    number = unquote(urlsplit(request.path).path.rpartition("/")[2])
    if MODE != "breaks" and not re.fullmatch("[0-9]{1,18}", number):
        return 404, {"error": "absent"}
    with connect() as db:
        cursor = db.execute("SELECT id, text FROM notes WHERE id = %s", (int(number),))
        row = cursor.fetchone()
    if row is None:
        return 404, {"error": "absent"}
    return 200, {"id": row[0], "text": row[1]}


def late(_: Notes) -> Said:
    """Legal: answers while its transaction is still open, and commits a moment later."""
    db = connect(autocommit=False)
    cursor = db.execute("INSERT INTO notes(text) VALUES ('late') RETURNING id")
    (number,) = cursor.fetchone() or (0,)

    def commit() -> None:
        db.commit()
        db.close()

    Timer(0.05, commit).start()
    return 201, {"id": number, "text": "late"}


def enqueue(_: Notes) -> Said:
    """Legal: answers, and does the work a moment later in a transaction that begins then."""
    Timer(0.1, add, ("queued",)).start()
    return 202, {}


def ponder(_: Notes) -> Said:
    """Correct: refuses, after a while, and writes nothing."""
    time.sleep(0.5)
    return 400, {"error": "no"}


def half(_: Notes) -> Said:
    """A defect: refuses, and has written."""
    add("half")
    return 400, {"error": "no"}


def leave_open(_: Notes) -> Said:
    """A defect that must not spoil what comes after: a transaction left open for good."""
    db = connect(autocommit=False)
    db.execute("UPDATE notes SET text = 'locked' WHERE id = 1")
    _kept.append(db)
    return 200, {}


def structure(_: Notes) -> Said:
    """Legal: a request that creates a table."""
    with connect() as db:
        db.execute("CREATE TABLE made_by_request (id int)")
    return 200, {}


def has_structure(_: Notes) -> Said:
    """Whether that table is there: it must not be, in a case of its own."""
    with connect() as db:
        cursor = db.execute("SELECT to_regclass('made_by_request') IS NOT NULL")
        (there,) = cursor.fetchone() or (False,)
    return 200, {"there": there}


def die(_: Notes) -> Said:
    """A request that ends the process."""
    os._exit(3)


def close(_: Notes) -> Said:
    """Legal: from now on this process answers 503 to all but its health."""
    _closed.append(True)
    return 202, {}


def stop(_: Notes) -> Said:
    """Legal: answers, and ends the process a moment later."""
    Timer(0.3, os._exit, (0,)).start()
    return 202, {}


def heed(_: Notes) -> Said:
    """Legal: a row, under a number that this process counts."""
    return add(f"note {next(_calls)}")


def flaky(_: Notes) -> Said:
    """Fails from the second call of a process on: alone it never does."""
    return 200 if next(_calls) == 0 else 500, {}


def secret(request: Notes) -> Said:
    """A defect whose evidence holds a secret: a 500 that repeats the credentials it was sent."""
    return 500, {"got": request.headers.get("Authorization", "")}


def slow(_: Notes) -> Said:
    """Takes longer than any test waits."""
    time.sleep(60)
    return 200, {}


def health(_: Notes) -> Said:
    """Ready."""
    return 200, {"ok": True}


def document(_: Notes) -> Said:
    """An OpenAPI document that says little."""
    if MODE == "no-document":
        return 404, {"error": "absent"}
    if MODE == "html-document":
        return 200, "<!doctype html><title>Docs</title>"
    return 200, {"openapi": "3.1.0", "info": {"title": "Notes"}, "paths": {}}


def beat() -> None:
    """Legal: a background writer."""
    with connect() as db:
        while True:
            db.execute("UPDATE heart SET at = clock_timestamp()")
            time.sleep(0.02)


POSTED = (
    late,
    leave_open,
    structure,
    die,
    close,
    stop,
    heed,
    flaky,
    secret,
    slow,
    enqueue,
    ponder,
    half,
)
ROUTES: dict[tuple[str, str], Callable[[Notes], Said]] = {
    ("GET", "/health"): health,
    ("GET", "/openapi.json"): document,
    ("POST", "/notes"): create,
    ("GET", "/notes/[^/]+"): read,
    ("GET", "/has_structure"): has_structure,
    **{("POST", f"/{route.__name__}"): route for route in POSTED},
}

if __name__ == "__main__":
    if MODE == "dies":
        print("notes: cannot read the configuration", file=sys.stderr)
        sys.exit(7)
    if MODE == "heart":
        Thread(target=beat, daemon=True).start()
    serve(Notes)
