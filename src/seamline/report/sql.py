"""One SQL statement in a line."""

from __future__ import annotations

from seamline.model.statement import SqlStatement

_TEXT = 400
_VALUE = 60


def told(statement: SqlStatement) -> str:
    """The statement, its parameters, and how it ended; what is long is cut."""
    text = " ".join(statement.text.split())
    line = text if len(text) <= _TEXT else f"{text[:_TEXT]}…"
    if statement.params:
        values = ("NULL" if p is None else repr(p[:_VALUE]) for p in statement.params)
        line += f"  [{', '.join(values)}]"
    if statement.sqlstate:
        return f"{line}  → error {statement.sqlstate}: {statement.message}"
    if statement.message:
        return f"{line}  → {statement.message}"
    return f"{line}  → {statement.tag}" if statement.tag and statement.tag != text else line
