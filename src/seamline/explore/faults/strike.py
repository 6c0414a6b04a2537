"""A policy of the wire that strikes one statement, once, and lets all others pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from seamline.model.injection import Injection
from seamline.model.statement import SqlStatement
from seamline.text.statement import fingerprint
from seamline.wire.policy import FORWARD, Action, Pending
from seamline.wire.postgresql.fault import message_of

MARKER: Final = "seamline-fault-7c1d"
"""Stands in the message of each error that is put in: no answer may show it."""
_DELAY_MS = 1_500.0


class Strike:
    """Strikes the statement of an injection the first time it comes; `struck` then says so.

    `kill` ends the system: when the server has carried the statement out, before the answer reaches it.
    Called in the proxy's thread.
    """

    def __init__(self, injection: Injection, kill: Callable[[], None] | None = None) -> None:
        self._wanted = injection
        self._kill = kill if injection.harm == "killed" else None
        self._seen = 0
        self._connection = 0
        self.struck = False

    def before(self, statement: Pending) -> Action:
        """What to do with a statement."""
        if self.struck or statement.kind != self._wanted.kind:
            return FORWARD
        if fingerprint(statement.text) != self._wanted.text:
            return FORWARD
        self._seen += 1
        if self._seen < self._wanted.occurrence:
            return FORWARD
        self.struck = True
        self._connection = statement.connection
        return self._action()

    def after(self, statement: SqlStatement) -> None:
        """A statement has ended; the first one on the connection since is the one struck."""
        if self.struck and self._kill is not None and statement.connection == self._connection:
            kill, self._kill = self._kill, None
            kill()

    def _action(self) -> Action:
        state = self._wanted.sqlstate
        message = f"{message_of(state)} [{MARKER}]"
        match self._wanted.harm:
            case "error":
                return Action(do="error", sqlstate=state, message=message)
            case "refused":
                return Action(do="commit_error", sqlstate=state, message=message)
            case "lost before":
                return Action(do="drop")
            case "delayed":
                return Action(do="delay", ms=_DELAY_MS)
        return Action(do="drop_after")
