"""Text of unknown origin made safe to show: no control characters, one line, bounded, wrapped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What a terminal obeys, what XML forbids, what reorders or hides text; newline and tab stay."""

_SPACE = re.compile(r"[ \t\n]+")
_ASCII = str.maketrans(
    {
        "✓": "+",
        "✗": "x",
        "→": "->",
        "·": "-",
        "…": "...",
        "–": "-",
        "—": "-",
        "─": "-",
        "×": "x",
        "‹": "<",
        "›": ">",
        "≤": "<=",
        "≥": ">=",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
    }
)


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char == "\r":
        return "\\r"
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    r"""The same text with control, bidirectional and other unseen characters as `\x1b`."""
    return _HIDDEN.sub(_escape, text)


def clip(text: str, limit: int) -> str:
    """`text` made visible, at most `limit` characters of it, with a word on how much was cut."""
    if len(text) <= limit:
        return visible(text)
    return f"{visible(text[:limit])}… ({len(text) - limit:,} more characters)"


def one_line(text: str, limit: int = 200) -> str:
    """`clip` on one line: runs of white space become one space."""
    if len(text) <= limit and text.isprintable() and "  " not in text:
        return text.strip()
    head = _SPACE.sub(" ", text[: limit * 4]).strip()
    if len(text) <= limit * 4 and len(head) <= limit:
        return visible(head)
    return f"{visible(head[:limit])}…"


def to_ascii(text: str) -> str:
    """The signs that Seamline itself uses, spelt in ASCII; other text is left alone."""
    return text.translate(_ASCII)


def cells(text: str) -> int:
    """How many columns of a terminal `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_char_cells(c) for c in text)


def _char_cells(char: str) -> int:
    if unicodedata.combining(char) or char == "\u200d":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def wrap(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns; words longer than that are broken."""
    width = max(width, 8)
    line, used = "", 0
    for word in text.split(" "):
        size = cells(word)
        if used and used + 1 + size > width:
            yield line
            line, used = "", 0
        if used:
            line, used = f"{line} {word}", used + 1 + size
            continue
        *full, line = _pieces(word, width)
        yield from full
        used = cells(line)
    yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    piece, used = "", 0
    for char in word:
        size = _char_cells(char)
        if used + size > width:
            yield piece
            piece, used = "", 0
        piece, used = piece + char, used + size
    yield piece
