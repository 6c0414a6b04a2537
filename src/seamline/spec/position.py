"""Where a problem stands in a file, and the line that says so."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

KeyPath = tuple[str | int, ...]
"""Keys and list positions from the top of a document down to one value."""

MAX_DEPTH = 100
TOO_DEEP = f"nested more than {MAX_DEPTH} levels deep"
NUMBER_TOO_LONG = "a number of more than 4300 digits cannot be read"

_BARE_KEY = re.compile(r"[\w$-]+")
_LONGEST_PATH = 160


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong at `path`. `on_key` points at the key rather than at its value;
    `offset` is the place in the text where it is known already."""

    path: KeyPath = ()
    text: str
    on_key: bool = False
    offset: int | None = None


class Malformed(Exception):
    """The text cannot be read at all; says where and why."""

    def __init__(self, offset: int, text: str) -> None:
        super().__init__(text)
        self.problem = Problem(text=text, offset=offset)


class Marks(NamedTuple):
    """Character offsets of keys and of values by path."""

    keys: dict[KeyPath, int]
    values: dict[KeyPath, int]

    def find(self, path: KeyPath, *, on_key: bool = False) -> int:
        """The offset of `path`, or of the nearest thing around it that is known."""
        first, second = (self.keys, self.values) if on_key else (self.values, self.keys)
        while path:
            if path in first:
                return first[path]
            if path in second:
                return second[path]
            path = path[:-1]
        return self.values.get((), 0)


def path_text(path: KeyPath) -> str:
    """`path` as a person writes it: `endpoints[0].columns["#/id"]`."""
    shown = ""
    for part in path:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif _BARE_KEY.fullmatch(part):
            shown += f".{part}" if shown else part
        else:
            shown += f"[{json.dumps(part, ensure_ascii=not part.isprintable())}]"
        if len(shown) > _LONGEST_PATH:
            return shown[:_LONGEST_PATH] + "…"
    return shown


def lines(name: str, text: str, problems: Iterable[Problem], marks: Marks) -> list[str]:
    """Each problem as `file:line:column: path: what is wrong`, in file order, none twice."""
    starts = [0, *(m.end() for m in re.finditer("\n", text))]
    found = []
    for problem in problems:
        offset = problem.offset
        if offset is None:
            offset = marks.find(problem.path, on_key=problem.on_key)
        line = bisect_right(starts, offset)
        column = offset - starts[line - 1] + 1
        where = path_text(problem.path)
        said = f"{where}: {problem.text}" if where else problem.text
        found.append((offset, f"{name}:{line}:{column}: {said}"))
    found.sort(key=lambda item: item[0])
    return list(dict.fromkeys(line for _, line in found))
