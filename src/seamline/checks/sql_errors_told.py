"""Errors of the database behind an answer that says that all went well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.checks.context import Context
from seamline.checks.registry import Abstain, Fault, check
from seamline.checks.trace import UNTRACED, brief, during
from seamline.model.exchange import Exchange
from seamline.model.statement import SqlStatement

_CLASSES = frozenset(("22", "42", "53", "54", "58", "XX"))
"""What is wrong with the statement, the server or its resources (PostgreSQL manual, appendix A)."""
_IDIOMS = frozenset(("42P03", "42P04", "42P05", "42P06", "42P07", "42701", "42710", "42723"))
"""What there is already: whoever makes it only where it is absent may be too late."""
_BACK = re.compile(r"\W*rollback\b", re.IGNORECASE)


def _applies(x: Exchange, context: Context) -> bool:
    return x.succeeded and (x.sql is None or any(s.sqlstate for s in x.sql))


@check(source="the SQLSTATE on the wire against the answer", applies=_applies)
def sql_errors_told(x: Exchange, context: Context) -> Iterator[Fault | Abstain]:
    """A request whose SQL fails for a reason of the system's own is not answered with success."""
    if x.sql is None:
        yield Abstain(UNTRACED)
        return
    seen: set[tuple[str, str]] = set()
    for s in during(x):
        if s.sqlstate[:2] not in _CLASSES or s.sqlstate in _IDIOMS:
            continue
        if _made_good(s, x) or _was_tried(s, x):
            continue
        if (s.sqlstate, s.text) in seen:
            continue
        seen.add((s.sqlstate, s.text))
        yield Fault(
            title="an error of the database is passed over in silence",
            expected="an answer that tells of it, or no error",
            actual=f"{x.status} after {s.sqlstate} {s.message.rstrip('.')}: {brief(s.text)}",
            detail=f"SQLSTATE {s.sqlstate}",
            # To ask for what may be absent is a way to find out.
            severity=None if s.kind == "write" else "warning",
        )


def _made_good(failed: SqlStatement, x: Exchange) -> bool:
    """Whether the same statement was tried again and went well."""
    return any(
        s.text == failed.text and not s.sqlstate and s.started_ms > failed.started_ms
        for s in x.sql or ()
    )


def _was_tried(failed: SqlStatement, x: Exchange) -> bool:
    """Whether a value that may not do was tried behind a savepoint, as imports do row by row.

    The answer may well tell of it in its own words.
    """
    return failed.sqlstate.startswith("22") and any(
        s.kind == "savepoint"
        and _BACK.match(s.text)
        and (s.connection, s.transaction) == (failed.connection, failed.transaction)
        and s.started_ms > failed.started_ms
        for s in x.sql or ()
    )
