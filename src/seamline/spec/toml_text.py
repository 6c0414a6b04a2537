"""TOML: tomllib for the values; a scan of the tokens for the places, only after an error."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from seamline.spec.position import NUMBER_TOO_LONG, TOO_DEEP, KeyPath, Malformed, Marks
from seamline.spec.tree import Tree

_MAX_DOTS = 1000
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}=,.\n]"
    r"|[^\s\[\]{}=,.\#\"']+",
    re.DOTALL,
)


def decode(text: str) -> Tree:
    """The document in `text`. Raises `Malformed` where it is not TOML."""
    _refuse_long_keys(text)
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _AT.search(said)
        reason = said[: found.start()] if found else said
        raise Malformed(_offset(text, found), f"not valid TOML: {reason}") from None
    except RecursionError:
        raise Malformed(0, TOO_DEEP) from None
    except ValueError:
        raise Malformed(0, NUMBER_TOO_LONG) from None
    return Tree(value, [], lambda: _Scan(text).marks)


def _refuse_long_keys(text: str) -> None:
    """tomllib takes quadratic time and memory over `a.a.a…`; no line that means well has so many dots."""
    start = 0
    for line in text.split("\n"):
        if line.count(".") > _MAX_DOTS:
            raise Malformed(start, f"a line with more than {_MAX_DOTS} dots")
        start += len(line) + 1


def _offset(text: str, found: re.Match[str] | None) -> int:
    if found is None or found[1] is None:
        return len(text)
    before = text.split("\n", int(found[1]) - 1)[:-1]
    return sum(len(line) + 1 for line in before) + int(found[2]) - 1


class _Scan:
    """One walk over the tokens of valid TOML, which notes where keys, tables and values stand."""

    def __init__(self, text: str) -> None:
        self.marks = Marks({}, {(): 0})
        self._tokens = self._significant(text)
        self._token, self._at = "", 0
        self._counts: dict[KeyPath, int] = {}  # entries so far of each array of tables
        self._next()
        table: KeyPath = ()
        while self._token:
            if self._token == "\n":
                self._next()
            elif self._token == "[":
                table = self._header()
            else:
                self._pair(table)

    @staticmethod
    def _significant(text: str) -> Iterator[tuple[str, int]]:
        for match in _TOKEN.finditer(text):
            if not match.group().startswith("#"):
                yield match.group(), match.start()

    def _next(self) -> None:
        self._token, self._at = next(self._tokens, ("", 0))

    def _key(self) -> list[str]:
        """A dotted key, up to the `=` or `]` behind it."""
        parts = []
        while self._token not in ("=", "]", ""):
            if self._token != ".":
                quoted = self._token[0] in "\"'"
                parts.append(tomllib.loads(f"k={self._token}")["k"] if quoted else self._token)
            self._next()
        return parts

    def _header(self) -> KeyPath:
        start = self._at
        self._next()
        is_list = self._token == "["
        if is_list:
            self._next()
        path: KeyPath = ()
        key = self._key()
        for number, part in enumerate(key, 1):
            path = (*path, part)
            self.marks.values.setdefault(path, start)
            if is_list and number == len(key):
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
            self.marks.values.setdefault(path, start)
        while self._token not in ("\n", ""):
            self._next()
        return path

    def _pair(self, table: KeyPath) -> None:
        at = self._at
        path = table
        for part in self._key():
            path = (*path, part)
            self.marks.keys.setdefault(path, at)
        self._next()
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self.marks.values[path] = self._at
        if self._token == "[":
            self._items(path)
        elif self._token == "{":
            self._next()
            while self._token not in ("}", ""):
                if self._token in (",", "\n"):
                    self._next()
                else:
                    self._pair(path)
            self._next()
        else:
            while self._token not in (",", "]", "}", "\n", ""):
                self._next()

    def _items(self, path: KeyPath) -> None:
        index = 0
        self._next()
        while self._token not in ("]", ""):
            if self._token in (",", "\n"):
                self._next()
            else:
                self._value((*path, index))
                index += 1
        self._next()
