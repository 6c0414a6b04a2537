"""Data for the page: texts made visible and bounded, JSON that cannot end the element it stands in."""

from __future__ import annotations

import json

from seamline.text.plain import clip, one_line

_ENCODE = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), check_circular=False).encode
_SIGNS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def dumped(item: object) -> str:
    """JSON in ASCII without `<`, `>` and `&`: no text in it can become markup or end its element."""
    return _ENCODE(item).translate(_SIGNS)


def text(value: str, limit: int = 2_000) -> str:
    """A text of unknown origin: control and unseen characters as escapes, bounded."""
    return clip(value, limit)


def line(value: str, limit: int = 300) -> str:
    """The same on one line."""
    return one_line(value, limit)
