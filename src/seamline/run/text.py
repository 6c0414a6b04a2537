"""Values of a request as text."""

from __future__ import annotations

import json
from typing import Any

import msgspec

_ENCODE = msgspec.json.Encoder(decimal_format="number")


def json_bytes(value: Any) -> bytes:
    """As JSON; half of a surrogate pair goes as an escape, which JSON can carry."""
    try:
        return _ENCODE.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, default=float).encode()


def json_text(value: Any) -> str:
    """As JSON."""
    return json_bytes(value).decode()


def text(value: Any) -> str:
    """As a parameter or a field of a form has it: objects and lists as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list | tuple):
        return json_text(value)
    return str(value)
