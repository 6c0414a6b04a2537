"""How each action is carried out so that client and server stay in step.

A fault is the server's own: in place of the statement it gets one that it must refuse, and only the
words of its refusal are changed. Whether the transaction has failed, and what is skipped up to the next
Sync, both sides then know from each other and not from us.
"""

from __future__ import annotations

from typing import Final

from seamline.wire.policy import Action
from seamline.wire.postgresql.codec import message, query

_NOBODY = b"seamline_refused"
BIND_NOTHING: Final = message(b"B", b"\0" + _NOBODY + b"\0" + b"\0\0" * 3)
"""A Bind of a prepared statement that does not exist (26000)."""
QUERY_NOTHING: Final = query(_NOBODY.decode())
"""A simple query that is no SQL (42601)."""
ROLLBACK: Final = query("ROLLBACK")
_MESSAGES: Final = {
    "40001": "could not serialize access due to concurrent update",
    "40P01": "deadlock detected",
    "23505": "duplicate key value violates unique constraint",
    "53100": "could not extend file: No space left on device",
    "57014": "canceling statement due to user request",
    "57P01": "terminating connection due to administrator command",
    "55P03": "could not obtain lock on row",
}


def refusal(action: Action) -> tuple[str, str]:
    """SQLSTATE and message of the error that an action stands for."""
    sqlstate = action.sqlstate or "XX000"
    return sqlstate, action.message or message_of(sqlstate)


def message_of(sqlstate: str) -> str:
    """What the server says with that SQLSTATE."""
    return _MESSAGES.get(sqlstate, "the statement failed")


def in_place_of(simple: bool) -> bytes:
    """What is sent instead of a statement that is to fail."""
    return QUERY_NOTHING if simple else BIND_NOTHING
