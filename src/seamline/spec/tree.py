"""What a decoder of one file format hands over: plain values, and their places for when they are needed."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from seamline.spec.position import MAX_DEPTH, TOO_DEEP, KeyPath, Marks, Problem


class Tree(NamedTuple):
    """A decoded document: dicts, lists, strings, numbers, booleans, None (and dates, in TOML).

    `problems` are those that the values no longer show (repeated keys). `marks` finds positions; it
    may read the text a second time, so it is called only when there is an error to place.
    """

    value: Any
    problems: list[Problem]
    marks: Callable[[], Marks]


def plain_problems(value: Any, path: KeyPath = ()) -> Iterator[Problem]:
    """What no file may hold: too much depth, half surrogate pairs, infinity, dates without quotes."""
    kind = type(value)
    if kind is str:
        if not value.isascii() and _has_surrogate(value):
            yield Problem(path=path, text="half of a surrogate pair is not text")
    elif kind is dict or kind is list:
        if len(path) >= MAX_DEPTH:
            yield Problem(path=path, text=TOO_DEEP)
            return
        if kind is dict:
            for key, item in value.items():
                if not key.isascii() and _has_surrogate(key):
                    yield Problem(
                        path=(*path, key), text="half of a surrogate pair is not text", on_key=True
                    )
                yield from plain_problems(item, (*path, key))
        else:
            for index, item in enumerate(value):
                yield from plain_problems(item, (*path, index))
    elif kind is float:
        if not math.isfinite(value):
            yield Problem(path=path, text="a number must be finite")
    elif isinstance(value, datetime.date | datetime.time):
        yield Problem(path=path, text="write a date or time as a string, in quotes")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
