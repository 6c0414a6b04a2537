"""An SQL statement as it went over the wire between the system and its database."""

from __future__ import annotations

from typing import Literal

import msgspec

SqlKind = Literal[
    "read", "write", "ddl", "begin", "commit", "rollback", "savepoint", "housekeeping", "other"
]
"""What a statement is for, by its first words; `housekeeping` is the driver's own (SET, DEALLOCATE)."""
TxStatus = Literal["I", "T", "E", ""]


class SqlStatement(msgspec.Struct, frozen=True, kw_only=True):
    """One statement that the system sent, and how it ended.

    `params` are those of the Bind message as text, None for NULL, binary of an unknown type as `\\x…`;
    None where the statement came as text alone. `tag` is the server's own word for what was done, `rows`
    how many rows it was about. `connection` counts the system's connections, `transaction` the
    transactions of one of them. `tx_status` is that of the connection afterwards: `I`dle, in a
    `T`ransaction, in a failed one (`E`), or empty where the connection ended before it was told.
    `started_ms` is on a clock of its own: only differences mean something. `cut` says that text or
    parameters were longer than what is kept.
    """

    text: str
    kind: SqlKind
    params: tuple[str | None, ...] | None = None
    tag: str = ""
    rows: int | None = None
    sqlstate: str = ""
    message: str = ""
    connection: int
    transaction: int
    tx_status: TxStatus = ""
    started_ms: float = 0.0
    duration_ms: float = 0.0
    cut: bool = False


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A statement that reads all of a large table to find by equality what an index would give it.

    `rows` are those of the copy on which the planner was asked, `cost` and `indexed` what it reckons
    without and with an index on the column.
    """

    text: str
    table: str
    column: str
    rows: int
    cost: float
    indexed: float
