"""Keep secrets out of everything that is written or printed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from seamline.model.row import Row, RowChange

HIDDEN = "‹hidden›"
_HEADERS = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "x-api-key",
        "api-key",
        "x-auth-token",
        "x-csrf-token",
    }
)
_WORD = (
    r"[\w-]*(?:passwor[dt]|passwd|passphrase|secret|token|api_?-?key|private_?-?key"
    r"|credential|authorization|cookie|session_?-?id|client_?-?key)[\w-]*"
)
_JSON = re.compile(rf'("{_WORD}"\s*:\s*)"(?:[^"\\]|\\.)*"', re.IGNORECASE)
_FORM = re.compile(rf"(?<![\w-])({_WORD}=)[^&\s\"']+", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*")
_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]+:)[^\s@/]+(@)", re.IGNORECASE)
SECRET_COLUMN = re.compile(
    r"passwor[dt]|passwd|pass_?hash|pwd|passphrase|secret|token|api_?key|private_?key|salt$|otp",
    re.IGNORECASE,
)
_SHORTEST = 4
"""A declared secret shorter than this is not searched for: it would blank out ordinary text."""


class Redactor:
    """Replaces declared secrets and what looks like one.

    Values are added as they become known (a token from a login); each is replaced by `‹name›`.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, name: str, value: str) -> None:
        """Declare `value` secret; it is shown as `‹name›` from now on."""
        if len(value) >= _SHORTEST and value not in self._names:
            self._names[value] = name
            longest_first = sorted(self._names, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """`text` without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda m: f"‹{self._names[m[0]]}›", text)
        text = _JWT.sub("‹jwt›", text)
        text = _URL.sub(rf"\1{HIDDEN}\2", text)
        text = _JSON.sub(rf'\1"{HIDDEN}"', text)
        return _FORM.sub(rf"\1{HIDDEN}", text)

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers in order; those that carry credentials keep only their scheme."""
        return [(name, self._header(name, value)) for name, value in headers]

    def _header(self, name: str, value: str) -> str:
        if name.lower() not in _HEADERS and not SECRET_COLUMN.search(name):
            return self.text(value)
        scheme, space, _ = value.partition(" ")
        return f"{scheme} {HIDDEN}" if space and name.lower() == "authorization" else HIDDEN

    def change(self, change: RowChange) -> RowChange:
        """The row images without the values of secret columns."""
        return msgspec.structs.replace(
            change,
            key=self._row(change.key),
            before=None if change.before is None else self._row(change.before),
            after=None if change.after is None else self._row(change.after),
        )

    def row(self, row: Row) -> Row:
        """One row without the values of secret columns."""
        return self._row(row)

    def _row(self, row: Row) -> Row:
        return {c: self._value(c, v) for c, v in row.items()}

    def _value(self, column: str, value: Any) -> Any:
        if value is None or isinstance(value, bool | int):
            return value
        if SECRET_COLUMN.search(column):
            return HIDDEN
        return self.text(value) if isinstance(value, str) else self._nested(value)

    def _nested(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {k: self._value(k, v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._nested(v) for v in value]
        return self.text(value) if isinstance(value, str) else value
