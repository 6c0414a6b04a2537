"""SQL text without its values: what makes two statements the same one."""

from __future__ import annotations

import re
from functools import lru_cache

_VALUES = re.compile(
    r"(?P<text>[EeNnBbXx]?'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<note>--[^\n]*|/\*.*?\*/)"
    r"|\$\d+(?:::\w+(?:\[\])?)?|(?<![\w.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b",
    re.DOTALL,
)
_CONSTANTS = re.compile(r"(?i)([(,]\s*)(?:null|true|false|default)(?=\s*[,)])")
_LISTS = re.compile(r"\?(?:\s*,\s*\?)+")
_ROWS = re.compile(r"\(\?\)(?:\s*,\s*\(\?\))+")
_SAVEPOINT = re.compile(r"(?i)\b((?:savepoint|to|release)\s+\"?\w*?)\d+\"?\s*$")


@lru_cache(maxsize=4096)
def fingerprint(text: str) -> str:
    """The text with `?` for each value and list of values, without comments, on one line."""
    bare = _VALUES.sub(lambda m: m["name"] or (" " if m["note"] else "?"), text)
    bare = " ".join(bare.split()).rstrip("; ")
    bare = _CONSTANTS.sub(r"\1?", bare)
    bare = _ROWS.sub("(?)", _LISTS.sub("?", bare))
    return _SAVEPOINT.sub(r"\1?", bare)
