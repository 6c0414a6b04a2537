"""A small system under test whose routes do what systems do to a test tool: `notes.py PORT`.

Each route is one behaviour, legal or not; the tests say which. It runs in a process of its own, on the
database of DATABASE_URL. NOTES_MODE makes it start badly: `dies`, `no-document`, `html-document`; with
`heart` it writes in the background, with `breaks` it trusts what it is sent, with `limits` each third
request is one too many, with `limits-all` each is, and with `tracks` it notes every visit.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Awaitable, Callable
from itertools import count

import psycopg
from aiohttp import web

URL = os.environ.get("DATABASE_URL", "")
MODE = os.environ.get("NOTES_MODE", "")
_kept: list[object] = []
_calls = count()
_limited = count()
_closed: list[bool] = []
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def connect(autocommit: bool = True) -> psycopg.AsyncConnection[tuple[object, ...]]:
    """A connection of its own, as an ordinary pool would hold one."""
    return await psycopg.AsyncConnection.connect(URL, autocommit=autocommit)


async def create(request: web.Request) -> web.Response:
    """Correct: one row, answered as it is; what is no text that can be stored is refused."""
    if MODE == "breaks":
        return await add((await request.json())["text"])
    if request.content_type != "application/json":
        return web.json_response({"error": "JSON, please"}, status=415)
    try:
        text = (await request.json())["text"]
    except (ValueError, TypeError, KeyError):
        text = None
    if not isinstance(text, str) or "\0" in text:
        return web.json_response({"error": "no text"}, status=400)
    return await add(text)


async def add(text: str) -> web.Response:
    """One row, answered as it is."""
    async with await connect() as db:
        cursor = await db.execute("INSERT INTO notes(text) VALUES (%s) RETURNING id", (text,))
        (number,) = await cursor.fetchone() or (0,)
    return web.json_response({"id": number, "text": text}, status=201)


async def read(request: web.Request) -> web.Response:
    """Correct."""
    number = request.match_info["id"]
    if MODE != "breaks" and not re.fullmatch("[0-9]{1,18}", number):
        return web.json_response({"error": "absent"}, status=404)
    async with await connect() as db:
        cursor = await db.execute("SELECT id, text FROM notes WHERE id = %s", (int(number),))
        row = await cursor.fetchone()
    if row is None:
        return web.json_response({"error": "absent"}, status=404)
    return web.json_response({"id": row[0], "text": row[1]})


async def late(request: web.Request) -> web.Response:
    """Legal: answers while its transaction is still open, and commits a moment later."""
    db = await connect(autocommit=False)
    cursor = await db.execute("INSERT INTO notes(text) VALUES ('late') RETURNING id")
    (number,) = await cursor.fetchone() or (0,)

    async def commit() -> None:
        await asyncio.sleep(0.05)
        await db.commit()
        await db.close()

    _kept.append(asyncio.create_task(commit()))
    return web.json_response({"id": number, "text": "late"}, status=201)


async def enqueue(request: web.Request) -> web.Response:
    """Legal: answers, and does the work a moment later in a transaction that begins then."""

    async def work() -> None:
        await asyncio.sleep(0.1)
        await add("queued")

    _kept.append(asyncio.create_task(work()))
    return web.json_response({}, status=202)


async def ponder(request: web.Request) -> web.Response:
    """Correct: refuses, after a while, and writes nothing."""
    await asyncio.sleep(0.5)
    return web.json_response({"error": "no"}, status=400)


async def half(request: web.Request) -> web.Response:
    """A defect: refuses, and has written."""
    await add("half")
    return web.json_response({"error": "no"}, status=400)


async def leave_open(request: web.Request) -> web.Response:
    """A defect that must not spoil what comes after: a transaction left open for good."""
    db = await connect(autocommit=False)
    await db.execute("UPDATE notes SET text = 'locked' WHERE id = 1")
    _kept.append(db)
    return web.json_response({})


async def structure(request: web.Request) -> web.Response:
    """Legal: a request that creates a table."""
    async with await connect() as db:
        await db.execute("CREATE TABLE made_by_request (id int)")
    return web.json_response({})


async def has_structure(request: web.Request) -> web.Response:
    """Whether that table is there: it must not be, in a case of its own."""
    async with await connect() as db:
        cursor = await db.execute("SELECT to_regclass('made_by_request') IS NOT NULL")
        (there,) = await cursor.fetchone() or (False,)
    return web.json_response({"there": there})


async def die(request: web.Request) -> web.Response:
    """A request that ends the process."""
    os._exit(3)


async def close(request: web.Request) -> web.Response:
    """Legal: from now on this process answers 503 to all but its health."""
    _closed.append(True)
    return web.json_response({}, status=202)


async def stop(request: web.Request) -> web.Response:
    """Legal: answers, and ends the process a moment later."""
    asyncio.get_running_loop().call_later(0.3, os._exit, 0)
    return web.json_response({}, status=202)


async def heed(request: web.Request) -> web.Response:
    """Legal: a row, under a number that this process counts."""
    return await add(f"note {next(_calls)}")


@web.middleware
async def gate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What stands before every route."""
    if request.path not in ("/health", "/openapi.json"):
        if _closed:
            return web.json_response({"error": "closed"}, status=503)
        if MODE == "limits-all" or (MODE == "limits" and next(_limited) % 3 == 2):
            return web.json_response({}, status=429, headers={"Retry-After": "0"})
        if MODE == "tracks":
            async with await connect() as db:
                await db.execute("UPDATE visitors SET seen = clock_timestamp()")
                await db.execute("INSERT INTO visits (path) VALUES (%s)", (request.path,))
    return await handler(request)


async def flaky(request: web.Request) -> web.Response:
    """Fails from the second call of a process on: alone it never does."""
    return web.json_response({}, status=200 if next(_calls) == 0 else 500)


async def secret(request: web.Request) -> web.Response:
    """A defect whose evidence holds a secret: a 500 that repeats the credentials it was sent."""
    return web.json_response({"got": request.headers.get("Authorization", "")}, status=500)


async def slow(request: web.Request) -> web.Response:
    """Takes longer than any test waits."""
    await asyncio.sleep(60)
    return web.json_response({})


async def health(request: web.Request) -> web.Response:
    """Ready."""
    return web.json_response({"ok": True})


async def document(request: web.Request) -> web.Response:
    """An OpenAPI document that says little."""
    if MODE == "no-document":
        return web.json_response({"error": "absent"}, status=404)
    if MODE == "html-document":
        return web.Response(text="<!doctype html><title>Docs</title>", content_type="text/html")
    return web.json_response({"openapi": "3.1.0", "info": {"title": "Notes"}, "paths": {}})


async def heart(app: web.Application) -> None:
    """Legal: a background writer."""

    async def beat() -> None:
        async with await connect() as db:
            while True:
                await db.execute("UPDATE heart SET at = clock_timestamp()")
                await asyncio.sleep(0.02)

    _kept.append(asyncio.create_task(beat()))


def application() -> web.Application:
    """All routes."""
    app = web.Application(middlewares=[gate])
    if MODE == "heart":
        app.on_startup.append(heart)
    app.router.add_get("/health", health)
    app.router.add_get("/openapi.json", document)
    app.router.add_post("/notes", create)
    app.router.add_get("/notes/{id}", read)
    for handler in (late, leave_open, structure, die, close, stop, heed, flaky, secret, slow):
        app.router.add_post(f"/{handler.__name__}", handler)
    for handler in (enqueue, ponder, half):
        app.router.add_post(f"/{handler.__name__}", handler)
    app.router.add_get("/has_structure", has_structure)
    return app


if __name__ == "__main__":
    if MODE == "dies":
        print("notes: cannot read the configuration", file=sys.stderr)
        sys.exit(7)
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
