"""Keep secrets out of everything that is written or printed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any

import msgspec

from seamline.errors import SeamlineError, SpecError
from seamline.model.row import Row, RowChange
from seamline.model.statement import SqlStatement

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
# Every repetition is bounded or anchored by what may not stand before it: a body of the system under
# test must not make a search quadratic.
_HARMLESS = (
    r"(?:[\w-]{0,64}_(?i:at|on|count|type|attempts|expiry|expires|expires_(?:at|in)|enabled|length)"
    r"|[\w-]{0,64}(?:At|On|Count|Type|Attempts|ExpiresIn|Enabled|Length))"
)
"""Names that speak of a secret and hold none: `password_changed_at`, `tokenType`."""
_WORD = (
    rf"(?!{_HARMLESS}(?![\w-]))[\w-]{{0,64}}?(?i:passwor[dt]|passwd|passphrase|secret(?!ar)|token"
    r"|api_?-?key|private_?-?key|credential|authorization|cookie|session_?-?id|client_?-?key)"
    r"[\w-]{0,64}+"
)
_JSON = re.compile(rf'("{_WORD}"\s{{0,9}}:\s{{0,9}})"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)
_INNER = re.compile(
    rf'(\\"{_WORD}\\"\s{{0,9}}:\s{{0,9}})\\"(?:[^"\\]|\\\\(?:\\.)?)*(?:\\"|(?=")|\Z)', re.DOTALL
)
_QUOTED = re.compile(rf"('{_WORD}'\s{{0,9}}:\s{{0,9}})'(?:[^'\\]|\\.)*(?:'|\Z)", re.DOTALL)
_DIGITS = re.compile(
    r'("[\w-]{0,64}?(?:passwor[dt]|passwd|passphrase|(?<![a-z])otp)"\s{0,9}:\s{0,9})-?\d+',
    re.IGNORECASE,
)
_FORM = re.compile(rf"(?<![\w-])({_WORD}=)[^&\s\"'‹]+")
_JWT = re.compile(r"(?<![\w-])eyJ[\w-]{5,}+\.[\w-]{5,}+\.[\w-]*+")
_URL = re.compile(
    r"((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://[^\s:/@]{0,256}:)[^\s@/]{1,1024}(@)", re.IGNORECASE
)
_BASIC = re.compile(r"(?<![\w-])(basic\s{1,9})([a-z0-9+/_-]{4,}+={0,2})", re.IGNORECASE)
_BEARER = re.compile(r"(?<![\w-])(bearer\s{1,9})([\w.~+/-]{16,}+=*)", re.IGNORECASE)
SECRET_COLUMN = re.compile(
    rf"^(?!{_HARMLESS}$).*?(?i:passwor[dt]|passwd|pass_?hash|pwd|passphrase|secret(?!ar)|token"
    r"|api[_-]?key|private[_-]?key|(?:^|_)salt$|(?:^|_)otp(?:_|$))"
)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w{0,63}")
_LITERAL = re.compile(r"'(?:[^']|'')*(?:'|\Z)")
_SHORTEST = 4
"""A declared secret shorter than this is not searched for: it would blank out ordinary text."""


class Redactor:
    """Replaces declared secrets and what looks like one.

    Values are added as they become known (a token from a login); each is replaced by `‹name›`, in
    whatever way it is written: as it is, percent-encoded, with JSON's or HTML's escapes.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None
        self._groups: list[str] = []

    def add(self, name: str, value: str) -> None:
        """Declare `value` secret; it is shown as `‹name›` from now on."""
        if len(value) >= _SHORTEST and value not in self._names:
            self._names[value] = name
            longest_first = sorted(self._names, key=len, reverse=True)
            self._groups = [self._names[v] for v in longest_first]
            self._pattern = re.compile("|".join(f"({_written(v)})" for v in longest_first))

    def text(self, text: str) -> str:
        """`text` without secrets."""
        text = self._declared(text)
        text = _JWT.sub("‹jwt›", text)
        text = _URL.sub(rf"\1{HIDDEN}\2", text)
        text = _BASIC.sub(_basic, text)
        text = _BEARER.sub(_bearer, text)
        text = _JSON.sub(rf'\1"{HIDDEN}"', text)
        text = _INNER.sub(rf'\1\\"{HIDDEN}\\"', text)
        text = _QUOTED.sub(rf"\1'{HIDDEN}'", text)
        text = _DIGITS.sub(rf'\1"{HIDDEN}"', text)
        return _FORM.sub(rf"\1{HIDDEN}", text)

    def error(self, error: SeamlineError) -> SeamlineError:
        """The same error, fit to print: the log of a tool that failed may hold a password."""
        if isinstance(error, SpecError):
            error.problems = tuple(map(self.text, error.problems))
        error.args = (self.text(str(error)),)
        return error

    def _declared(self, text: str) -> str:
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda m: f"‹{self._groups[(m.lastindex or 1) - 1]}›", text)

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers in order; those that carry credentials keep only their scheme."""
        return [(name, self._header(name, value)) for name, value in headers]

    def _header(self, name: str, value: str) -> str:
        if not carries_credentials(name):
            return self.text(value)
        scheme, space, _ = value.partition(" ")
        keeps_scheme = space and name.lower() in ("authorization", "proxy-authorization")
        return f"{self._declared(scheme)} {HIDDEN}" if keeps_scheme else HIDDEN

    def change(self, change: RowChange) -> RowChange:
        """The row images without the values of secret columns."""
        return msgspec.structs.replace(
            change,
            key=self.row(change.key),
            before=None if change.before is None else self.row(change.before),
            after=None if change.after is None else self.row(change.after),
        )

    def statement(self, statement: SqlStatement) -> SqlStatement:
        """An SQL statement without secrets: where it names a secret column, without any value."""
        text, params = self.text(statement.text), statement.params
        if any(SECRET_COLUMN.search(word) for word in _IDENTIFIER.findall(statement.text)):
            text = _LITERAL.sub(f"'{HIDDEN}'", text)
            shown = None if params is None else tuple(p and HIDDEN for p in params)
        else:
            shown = None if params is None else tuple(p and self.text(p) for p in params)
        message = self.text(statement.message)
        return msgspec.structs.replace(statement, text=text, params=shown, message=message)

    def row(self, row: Row) -> Row:
        """One row without the values of secret columns."""
        return {c: self._value(c, v) for c, v in row.items()}

    def _value(self, column: str, value: Any) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float | Decimal):
            # Counters named like a secret (`tokens_used`) are numbers, a declared secret may be one.
            hidden = _DIGITS.match(f'"{column}":0') or self._declared(str(value)) != str(value)
            return HIDDEN if hidden else value
        if SECRET_COLUMN.search(column):
            return HIDDEN
        return self._nested(value)

    def _nested(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._declared(str(k)): self._value(str(k), v) for k, v in value.items()}
        if isinstance(value, list):
            return [self._value("", v) for v in value]
        return self.text(value) if isinstance(value, str) else value


def carries_credentials(header: str) -> bool:
    """Whether a header of that name says who is asking, as against how or what."""
    return header.lower() in _HEADERS or SECRET_COLUMN.search(header) is not None


def _basic(found: re.Match[str]) -> str:
    try:
        padded = found[2].rstrip("=") + "=" * (-len(found[2].rstrip("=")) % 4)
        is_pair = b":" in base64.b64decode(padded, altchars=b"-_" if "+" not in padded else None)
    except (binascii.Error, ValueError):
        is_pair = False
    return f"{found[1]}{HIDDEN}" if is_pair else found[0]


def _bearer(found: re.Match[str]) -> str:
    return f"{found[1]}{HIDDEN}" if any(c.isdigit() for c in found[2]) else found[0]


def _written(secret: str) -> str:
    """A pattern for a value in every notation that bodies, URLs and logs use for it."""
    return "".join(_run(char, len(list(same))) for char, same in groupby(secret))


def _run(char: str, times: int) -> str:
    if char.isascii() and char.isalnum():
        return char * times
    if char == "\\":  # one quantifier for the run: backslashes double with each escaping
        return rf"(?:\\{{{times},{8 * times}}}|(?i:(?:%5C|\\{{1,8}}u005C){{{times}}}))"
    pieces = "|".join(_forms(char))
    return f"(?:{pieces})" + (f"{{{times}}}" if times > 1 else "")


def _forms(char: str) -> Iterable[str]:
    yield re.escape(char)
    percent = "".join(f"%{b:02X}" for b in char.encode("utf-8", "surrogatepass"))
    yield f"(?i:{percent})"
    units = char.encode("utf-16-be", "surrogatepass").hex()
    escape = "".join(rf"\\{{1,8}}u{units[i : i + 4]}" for i in range(0, len(units), 4))
    yield f"(?i:{escape})"
    yield f"(?i:&#(?:0*{ord(char)}|x0*{ord(char):x});)"
    if char == " ":
        yield r"\+"
    if char in _SHORT:
        yield rf"\\{{1,8}}{_SHORT[char]}"
    if char in _NAMED:
        yield f"&{_NAMED[char]};"


_SHORT = {'"': '"', "'": "'", "/": "/", "\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
