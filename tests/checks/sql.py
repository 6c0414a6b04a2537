"""Statements as checks see them."""

from __future__ import annotations

from typing import Any

from seamline.model.statement import SqlKind, SqlStatement

ANSWERED = 100.0


def statement(text: str, kind: SqlKind | None = None, **more: Any) -> SqlStatement:
    """One statement of the first transaction of the first connection, begun before the answer."""
    first = text.split(maxsplit=1)[0].lower()
    kinds: dict[str, SqlKind] = {"select": "read", "begin": "begin", "commit": "commit"}
    fields: dict[str, Any] = {"connection": 1, "transaction": 1, "tx_status": "T", **more}
    if first == "commit":
        fields["tx_status"] = "I"
    return SqlStatement(text=text, kind=kind or kinds.get(first, "write"), **fields)


def transaction(number: int, *texts: str, at: float = 1.0) -> tuple[SqlStatement, ...]:
    """BEGIN, the statements, COMMIT."""
    return tuple(
        statement(t, transaction=number, started_ms=at) for t in ("BEGIN", *texts, "COMMIT")
    )
