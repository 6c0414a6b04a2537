"""What the values of one column must satisfy, as far as it could be read from CHECKs and types."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

PAST, FUTURE = "2024-01-01 00:00:00", "2040-01-01 00:00:00"
"""Moments that stand for "before now" and "after now": rows must not depend on the day they are made."""


class Pattern(msgspec.Struct, frozen=True):
    """A regular expression that a text must (or, `negated`, must not) contain a match of."""

    regex: str
    ignore_case: bool = False
    negated: bool = False

    def holds(self, text: str) -> bool:
        """Whether `text` satisfies it; what Python cannot compile counts as satisfied."""
        try:
            found = re.search(python_regex(self.regex), text, re.I if self.ignore_case else 0)
        except (re.error, RecursionError):
            return True
        return (found is None) == self.negated


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one column's values.

    `low` and `high` are numbers or ISO texts; `among` lists what is allowed, `never` what is not;
    `shortest` and `longest` count characters or elements. `null` true: must be null, false: must not.
    `modulo` is (divisor, remainder). `json` is the kind that `jsonb_typeof` names.
    """

    null: bool | None = None
    low: Any = None
    high: Any = None
    low_open: bool = False
    high_open: bool = False
    among: tuple[Any, ...] | None = None
    never: tuple[Any, ...] = ()
    shortest: int = 0
    longest: int | None = None
    patterns: tuple[Pattern, ...] = ()
    letters: str = ""
    modulo: tuple[int, int] | None = None
    json: str = ""

    def both(self, other: Limit) -> Limit | None:
        """What satisfies this and `other`; None where nothing can."""
        if _FREE in (self, other):
            return other if self == _FREE else self
        if self.null is not None and other.null is not None and self.null != other.null:
            return None
        low, low_open = _tighter(self.low, self.low_open, other.low, other.low_open, 1)
        high, high_open = _tighter(self.high, self.high_open, other.high, other.high_open, -1)
        longest = [x for x in (self.longest, other.longest) if x is not None]
        merged = Limit(
            null=other.null if self.null is None else self.null,
            low=low,
            high=high,
            low_open=low_open,
            high_open=high_open,
            among=_common(self.among, other.among),
            never=self.never + other.never,
            shortest=max(self.shortest, other.shortest),
            longest=min(longest) if longest else None,
            patterns=self.patterns + other.patterns,
            letters=self.letters or other.letters,
            modulo=self.modulo or other.modulo,
            json=self.json or other.json,
        )
        return merged.pruned()

    def pruned(self) -> Limit | None:
        """Itself with `among` reduced to what the rest allows; None where nothing is left."""
        if self.null is True:
            return None if self.shortest or self.among == () else self
        if self.longest is not None and self.longest < max(self.shortest, 0):
            return None
        order = compare(self.low, self.high)
        if order is not None and (order > 0 or (order == 0 and (self.low_open or self.high_open))):
            return None
        if self.among is None:
            return self
        left = tuple(x for x in self.among if self.allows(x))
        return msgspec.structs.replace(self, among=left) if left else None

    def allows(self, value: Any) -> bool:
        """Whether a value that is not null satisfies all that can be judged here."""
        if value is None:
            return self.null is not False
        if self.null is True or any(same(value, x) for x in self.never):
            return False
        if self.among is not None and not any(same(value, x) for x in self.among):
            return False
        below, above = compare(self.low, value), compare(value, self.high)
        if below is not None and (below > 0 or (below == 0 and self.low_open)):
            return False
        if above is not None and (above > 0 or (above == 0 and self.high_open)):
            return False
        if isinstance(value, (str, list)) and not self._fits(value):
            return False
        number = as_number(value) if self.modulo else None
        return not (
            self.modulo and number is not None and number % self.modulo[0] != self.modulo[1]
        )

    def _fits(self, value: str | list[Any]) -> bool:
        if len(value) < self.shortest or (self.longest is not None and len(value) > self.longest):
            return False
        if not isinstance(value, str):
            return True
        if self.letters == "lower" and value != value.lower():
            return False
        if self.letters == "upper" and value != value.upper():
            return False
        return all(p.holds(value) for p in self.patterns)


_FREE = Limit()


def as_number(value: Any) -> Decimal | None:
    """A number or a text that spells one, else None."""
    if isinstance(value, bool):
        return None
    try:
        number = Decimal(value if isinstance(value, (int, Decimal)) else str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None


def same(left: Any, right: Any) -> bool:
    """Equality of a value and a constant of SQL text, which may be spelled otherwise."""
    return left == right or compare(left, right) == 0


def compare(left: Any, right: Any) -> int | None:
    """-1, 0 or 1; None where the two cannot be compared here."""
    if left is None or right is None:
        return None
    if isinstance(left, bool) or isinstance(right, bool):
        return None if left is not right else 0
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return (a > b) - (a < b)
    if isinstance(left, str) and isinstance(right, str):
        x, y = left.replace("T", " ", 1)[:26], right.replace("T", " ", 1)[:26]
        if x[:4].isdigit() and y[:4].isdigit():  # moments in ISO form, offsets left aside
            x, y = _moment(x), _moment(y)
        return (x > y) - (x < y)
    return None


def _moment(text: str) -> str:
    head = re.split(r"(?<=:\d\d)[+-]|Z", text)[0]
    return head + " 00:00:00" if len(head) == 10 else head


def _tighter(a: Any, a_open: bool, b: Any, b_open: bool, sign: int) -> tuple[Any, bool]:
    if a is None or b is None:
        return (b, b_open) if a is None else (a, a_open)
    order = (compare(a, b) or 0) * sign
    if order == 0:
        return a, a_open or b_open
    return (a, a_open) if order > 0 else (b, b_open)


def _common(a: tuple[Any, ...] | None, b: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if a is None or b is None:
        return b if a is None else a
    return tuple(x for x in a if any(same(x, y) for y in b))


_POSIX = {
    "[:alpha:]": "a-zA-Z", "[:digit:]": "0-9", "[:alnum:]": "a-zA-Z0-9", "[:upper:]": "A-Z",
    "[:lower:]": "a-z", "[:space:]": r"\s", "[:punct:]": r"!-/:-@\[-`{-~", "[:xdigit:]": "0-9A-Fa-f",
    "[:word:]": r"\w", "[:blank:]": r" \t",
}  # fmt: skip
_ESCAPES: dict[str, str] = {r"\m": r"\b", r"\M": r"\b", r"\y": r"\b", r"\Y": r"\B", r"\A": r"\A"}


def python_regex(regex: str) -> str:
    """PostgreSQL's regular expression in Python's spelling, as far as they differ often."""
    for name, members in _POSIX.items():
        regex = regex.replace(name, members)
    swap: Callable[[re.Match[str]], str] = lambda m: _ESCAPES.get(m.group(), m.group())  # noqa: E731
    return re.sub(r"\\.", swap, regex.removeprefix("***:"), flags=re.S)
