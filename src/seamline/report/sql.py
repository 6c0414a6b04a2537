"""One SQL statement in a line."""

from __future__ import annotations

from collections.abc import Sequence

from seamline.model.statement import SqlStatement

_TEXT = 400
_VALUE = 60


def told(statement: SqlStatement) -> str:
    """The statement, its parameters, and how it ended; what is long is cut."""
    text = " ".join(statement.text.split())
    line = with_values(text, statement.params)
    if statement.sqlstate:
        return f"{line}  → error {statement.sqlstate}: {statement.message}"
    if statement.message:
        return f"{line}  → {statement.message}"
    return f"{line}  → {statement.tag}" if statement.tag and statement.tag != text else line


def with_values(text: str, params: Sequence[str | None] | None, most: int = _TEXT) -> str:
    """A statement's text, cut where it is longer, and its parameters."""
    line = text if len(text) <= most else f"{text[:most]}…"
    if not params:
        return line
    values = ("NULL" if p is None else repr(p[:_VALUE]) for p in params)
    return f"{line}  [{', '.join(values)}]"
