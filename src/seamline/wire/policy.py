"""What may happen to a statement before it reaches the server, and who decides."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Literal, Protocol

import msgspec

from seamline.model.statement import SqlKind, SqlStatement


class Action(msgspec.Struct, frozen=True):
    """What is done with a statement at the gate.

    `forward` lets it pass, `delay` after `ms`. `error` makes the server refuse it, with the SQLSTATE and
    message given; `commit_error` rolls the transaction back first, as a COMMIT that fails does (an `error`
    of a COMMIT is the same). `drop` cuts the connection before the server has it, `drop_after` when the
    server has carried it out and before the client knows. To hold a statement a policy returns an awaitable
    of one of these. What the server skips by itself, as a statement before it failed, is only ever passed on.
    """

    do: Literal["forward", "delay", "error", "commit_error", "drop", "drop_after"] = "forward"
    sqlstate: str = ""
    message: str = ""
    ms: float = 0.0


FORWARD = Action()


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A statement at the gate; the server has not seen it yet.

    `backend` is the server's process for this connection, `number` counts the statements of the connection.
    """

    number: int
    connection: int
    backend: int
    text: str
    params: tuple[str | None, ...] | None
    kind: SqlKind
    in_transaction: bool


class Policy(Protocol):
    """Decides for each statement. It is called in the proxy's own thread and must not block it."""

    def before(self, statement: Pending) -> Action | Awaitable[Action]:
        """What to do with a statement: at Bind, where its snapshot is taken, or at a simple query."""
        ...

    def after(self, statement: SqlStatement) -> None:
        """A statement has ended."""
        ...
