"""Data for the page: texts made visible and bounded, JSON that cannot end the element it stands in."""

from __future__ import annotations

import msgspec

from seamline.text.plain import clip, one_line

_ENCODE = msgspec.json.Encoder().encode
_SIGNS = tuple((sign.encode(), f"\\u{ord(sign):04x}".encode()) for sign in "<>&\u2028\u2029")


def dumped(item: object) -> str:
    """JSON without `<`, `>` and `&`: no text in it can become markup or end its element.

    Texts have been made visible before, so that there is no half of a surrogate pair in them.
    """
    said = _ENCODE(item)
    for sign, escape in _SIGNS:
        if sign in said:
            said = said.replace(sign, escape)
    return said.decode()


def text(value: str, limit: int = 2_000) -> str:
    """A text of unknown origin: control and unseen characters as escapes, bounded."""
    return clip(value, limit)


def line(value: str, limit: int = 300) -> str:
    """The same on one line."""
    return one_line(value, limit)
