"""JSON: the standard decoder for the values; a scan of the tokens for the places, only after an error."""

from __future__ import annotations

import json
import re
from typing import Any

from seamline.spec.position import (
    MAX_DEPTH,
    NUMBER_TOO_LONG,
    TOO_DEEP,
    Malformed,
    Marks,
    Problem,
)
from seamline.spec.tree import Tree

_TOKEN = re.compile(r'[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+', re.DOTALL)


def decode(text: str) -> Tree:
    """The document in `text`. Raises `Malformed` where it is not JSON."""
    repeated = False

    def made(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        members = dict(pairs)
        repeated = repeated or len(members) != len(pairs)
        return members

    try:
        value = json.loads(text, object_pairs_hook=made, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise Malformed(error.pos, f"not valid JSON: {_lower(error.msg)}") from None
    except (RecursionError, ValueError):
        raise _why_not(text) from None
    return Tree(value, _scan(text)[1] if repeated else [], lambda: _scan(text)[0])


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


def _why_not(text: str) -> Malformed:
    """What the decoder refused without saying where: depth, NaN, or a number of thousands of digits."""
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        depth += (token in "{[") - (token in "}]")
        if depth > MAX_DEPTH:
            return Malformed(match.start(), TOO_DEEP)
        if token in ("NaN", "Infinity", "-Infinity"):
            return Malformed(match.start(), f"not valid JSON: {token} is not a number of JSON")
        if len(token) > 4300 and token[0] != '"':
            return Malformed(match.start(), NUMBER_TOO_LONG)
    return Malformed(0, "not valid JSON")


def _scan(text: str) -> tuple[Marks, list[Problem]]:
    """Places of all keys and values of valid JSON, and the keys that an object has twice."""
    marks = Marks({}, {})
    repeated: list[Problem] = []
    path: list[
        str | int
    ] = []  # an open object holds its current key here, an open list its position
    seen: list[set[str]] = []  # keys of the open objects
    at_key = False
    for match in _TOKEN.finditer(text):
        token, at = match.group(), match.start()
        if token in ("}", "]"):
            if isinstance(path.pop(), str):
                seen.pop()
            at_key = False
        elif token == ",":
            last = path[-1]
            at_key = isinstance(last, str)
            if isinstance(last, int):
                path[-1] = last + 1
        elif token == ":":
            at_key = False
        elif at_key:
            path[-1] = key = json.loads(token)
            here = tuple(path)
            marks.keys[here] = at
            if key in seen[-1]:
                repeated.append(Problem(path=here, text="this key is given twice", offset=at))
            seen[-1].add(key)
        else:
            marks.values[tuple(path)] = at
            if token == "{":
                path.append("")
                seen.append(set())
                at_key = True
            elif token == "[":
                path.append(0)
    return marks, repeated
