"""Text of unknown origin inside Markdown: it can neither end its place nor become markup."""

from __future__ import annotations

import re

from seamline.text.plain import clip, one_line

_MARKUP = re.compile(
    r"([\\`*\[\]<>|~$]|(?<!\w)#|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])|(?<=:)/(?=/)|(?<=[wW]{3})\.)"
)
_LEADING = re.compile(r"^(?:(?=[-+=#])|(\d+)(?=[.)](?:\s|$)))")
"""What would make a paragraph a list or a heading."""
_TICKS = re.compile(r"`+")


def prose(text: str, limit: int = 600) -> str:
    """Running text on one line; every sign that Markdown could act on is escaped."""
    escaped = _MARKUP.sub(r"\\\1", one_line(text, limit))
    return _LEADING.sub(r"\1\\", escaped)


def code(text: str, limit: int = 300) -> str:
    """A code span on one line; in a table, too."""
    line = one_line(text, limit)
    if not line:
        return "(empty)"
    if "\\|" in line:
        return prose(line, limit + 1)  # no code span in a table can hold these two in a row
    ticks = "`" * (_longest(line) + 1)
    pad = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def cell(text: str) -> str:
    """A finished piece of Markdown as a table's cell. Only pipes can end a cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def fence(text: str, language: str = "", limit: int = 6_000) -> str:
    """A fenced block, its fence longer than any run of back-ticks inside."""
    body = clip(text, limit).strip("\n")
    ticks = "`" * max(3, _longest(body) + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def _longest(text: str) -> int:
    return max((len(t) for t in _TICKS.findall(text)), default=0)
