"""What the drivers of the tools share. Like them it runs in the system's own interpreter, and so needs the
standard library only; its name is one that no module of a system has."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Refused(Exception):
    """A connection to a database that is not ours."""


class Pipe:
    """Requests in, answers out; nobody else writes where the answers go."""

    def __init__(self) -> None:
        self._in = os.fdopen(os.dup(0), "r", encoding="utf-8")
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        self._line = ""
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)

    def read(self) -> dict[str, Any]:
        """The next request; at the end of the pipe one to end."""
        line, self._line = self._line or self._in.readline(), ""
        request: dict[str, Any] = json.loads(line) if line else {"do": "end"}
        return request

    def wait(self) -> None:
        """Return as soon as there is a request to read."""
        self._line = self._in.readline()

    def answer(self, **said: Any) -> None:
        """Answer a request."""
        self._out.write(json.dumps(said) + "\n")
        self._out.flush()


def refuse_others(place: dict[str, str], who: str, dialect: str, named: dict[str, Any]) -> None:
    """Raise `Refused` unless what a connection is made with leads to the database at `place`."""
    given = named.get("service") or named.get("hostaddr") or named.get("host")
    host = str(given or os.environ.get("PGHOST") or "")
    port = str(named.get("port") or os.environ.get("PGPORT") or "5432")
    name = str(named.get("dbname") or named.get("database") or os.environ.get("PGDATABASE") or "")
    is_there = host == place["host"] or (host in _LOOPBACK and place["host"] in _LOOPBACK)
    if dialect != "postgresql" or not (
        is_there and port == place["port"] and name == place["name"]
    ):
        raise Refused(
            f"{who} connects to the {dialect} database {name!r} at {host!r}, port {port}: that is"
            " not the one made for this walk. Let it take its URL from what [system] env sets"
        )


def guard_drivers(place: dict[str, str], who: str) -> None:
    """Let the drivers that are there connect to the database at `place` only, whoever asks them to."""
    with suppress(ImportError):  # not there, or without the library that it needs
        from psycopg import generators
        from psycopg.conninfo import conninfo_to_dict

        _guard(generators, "connect", lambda text, **_: conninfo_to_dict(text), place, who)
    with suppress(ImportError):  # not there, or without the library that it needs
        import psycopg2
        from psycopg2.extensions import parse_dsn

        _guard(psycopg2, "_connect", lambda dsn, *_, **__: parse_dsn(dsn), place, who)
    with suppress(ImportError):  # not there, or without the library that it needs
        from asyncpg import connect_utils

        def read(*, addr: Any, params: Any, **_: Any) -> dict[str, Any]:
            host, port = addr if isinstance(addr, tuple) else (addr, None)
            return {"host": host, "port": port, "dbname": params.database}

        _guard(connect_utils, "_connect_addr", read, place, who)


def _guard(
    module: Any, name: str, read: Callable[..., dict[str, Any]], place: dict[str, str], who: str
) -> None:
    """Put the look at the place before a function that connects; `read` makes out where to."""
    plain = getattr(module, name)

    def connect(*given: Any, **named: Any) -> Any:
        refuse_others(place, who, "postgresql", read(*given, **named))
        return plain(*given, **named)

    setattr(module, name, connect)


def refuse_other_name(place: dict[str, str], who: str, cursor: Any) -> None:
    """Raise `Refused` unless an open connection says that its database is the one at `place`."""
    try:
        cursor.execute("SELECT current_database()")
        name = cursor.fetchone()[0]
    finally:
        cursor.close()
    if name != place["name"]:
        raise Refused(f"{who} is connected to the database {name!r}, which is not ours")


def text_of(path: str) -> str:
    """What a file says."""
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read().decode("utf-8", "replace")


def digest(path: str) -> str:
    """Of a file's text, whatever its empty lines and the ends of the others."""
    lines = text_of(path).splitlines()
    text = "\n".join(line.rstrip() for line in lines if line.strip())
    return hashlib.sha256(text.encode()).hexdigest()


def explained(problem: BaseException, is_revision: Callable[[str], bool]) -> dict[str, str]:
    """What went wrong, as far as the driver of the database says: its code, the table and the column.

    `is_revision` says of a file whether it is one of the history.
    """
    cause: Any = getattr(problem, "orig", None) or problem
    if not _code(cause) and _code(cause.__cause__):
        cause = cause.__cause__
    below: Any = cause.__cause__ or cause
    diag: Any = getattr(cause, "diag", None)
    where = ""
    for frame in traceback.extract_tb(problem.__traceback__):
        if is_revision(os.path.realpath(frame.filename)):
            where = f"{os.path.relpath(frame.filename)}:{frame.lineno}"
    return {
        "kind": type(problem).__name__,
        "message": " ".join(str(cause).split()) or type(problem).__name__,
        "code": _code(cause),
        "table": str(getattr(diag, "table_name", None) or getattr(below, "table_name", None) or ""),
        "column": str(
            getattr(diag, "column_name", None) or getattr(below, "column_name", None) or ""
        ),
        "statement": str(getattr(problem, "statement", None) or ""),
        "where": where,
    }


def unusable(pipe: Pipe, problem: BaseException) -> None:
    """Answer that the tool's own environment failed."""
    traceback.print_exc(file=sys.stderr)
    text = f"{type(problem).__name__}: {problem}"
    pipe.answer(error={"kind": type(problem).__name__, "message": text})


def _code(error: Any) -> str:
    return str(getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or "")
