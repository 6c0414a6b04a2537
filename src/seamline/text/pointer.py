"""JSON Pointer (RFC 6901): walk a decoded document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

ABSENT = object()
"""What `at_pointer` returns where the pointer leads nowhere."""


def tokens(pointer: str) -> Iterator[str]:
    """The unescaped reference tokens of `/a/b` or `#/a/b`; none for the whole document."""
    for token in pointer.removeprefix("#").split("/")[1:]:
        yield token.replace("~1", "/").replace("~0", "~")


def at_pointer(document: Any, pointer: str) -> Any:
    """The value at a pointer, or `ABSENT`."""
    for token in tokens(pointer):
        if isinstance(document, Mapping) and token in document:
            document = document[token]
        elif isinstance(document, list) and _is_index(token) and int(token) < len(document):
            document = document[int(token)]
        else:
            return ABSENT
    return document


def _is_index(token: str) -> bool:
    return token.isdecimal() and len(token) < 12


def escape(token: str) -> str:
    """A reference token as it stands in a pointer."""
    return token.replace("~", "~0").replace("/", "~1")
