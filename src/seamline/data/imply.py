"""Rules that other rules of the same table imply: they need no place in the scan while those hold.

A list of values implies a pattern that all of them match and a length that all have; a pattern of a
fixed form implies its width; a range implies a wider one. Patterns are judged here only where every
engine reads them alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from seamline.data.dialect import NUMBERS
from seamline.data.rule import Rule

_TEXTS = frozenset(("text", "character varying", "character"))
_UNIT = re.compile(
    r"(?P<one>\\[-.+*?()\[\]{}^$/|\\]|[A-Za-z0-9_:/@,;=%&#!~<>\"' -]|\."
    r"|\[\^?(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_:/@.,+ ])+-?\])"
    r"(?P<often>[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})?"
)
"""One character or class, and how often: what PostgreSQL, RE2 and Python understand alike."""


def implied(rules: Sequence[Rule]) -> dict[int, Rule]:
    """By rule (its `id`) the one that implies it, of rules of one table; none implies the other in turn."""
    found: dict[int, Rule] = {}
    for rule in rules:
        for other in rules:
            if other is not rule and id(other) not in found and implies(other, rule):
                found[id(rule)] = other
                break
    return found


def implies(one: Rule, other: Rule) -> bool:
    """Whether rows that keep the one keep the other too; both are rules of one table."""
    if one.columns != other.columns or len(one.columns) != 1 or one.where != other.where:
        return False
    base = one.table.by_column[one.columns[0]].base
    match one.check, other.check:
        case "oneOf", "matches" | "length" if base in _TEXTS:
            return _all_fit(one, other, base)
        case "matches", "length" if base in _TEXTS:
            width = pattern_width(one.pattern)
            return width is not None and _within(width, (other.low, other.high))
        case "range", "range" if base in NUMBERS - {"real"}:
            inner, outer = (one.low, one.high), (other.low, other.high)
            return inner != outer and _is_inside(inner, outer)
    return False


def _all_fit(one: Rule, other: Rule, base: str) -> bool:
    values = [v for v in one.values if v is not None]
    if not values or not all(isinstance(v, str) for v in values):
        return False
    if base == "character":  # its values are compared without the blanks behind them
        values = [v.rstrip(" ") for v in values]
    if other.check == "length":
        return all(_within((len(v), len(v)), (other.low, other.high)) for v in values)
    if any("\n" in v for v in values) or not is_plain(other.pattern):
        return False
    try:
        return all(re.search(other.pattern, v, re.DOTALL) is not None for v in values)
    except re.error:  # a range the wrong way round: the engine says so
        return False


def is_plain(pattern: str) -> bool:
    """Whether every engine reads the pattern alike."""
    return _units(pattern) is not None


def _units(pattern: str) -> list[re.Match[str]] | None:
    text = pattern.removeprefix("^")
    if text.endswith("$") and not text.endswith("\\$"):
        text = text[:-1]
    units, at = [], 0
    while at < len(text):
        unit = _UNIT.match(text, at)
        if unit is None:
            return None
        units.append(unit)
        at = unit.end()
    return units


def pattern_width(pattern: str) -> tuple[int, int | None] | None:
    """The least and most characters of a text that matches an anchored pattern (None: no bound)."""
    units = _units(pattern)
    if units is None or not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    if pattern.endswith("\\$"):
        return None
    low, high = 0, Decimal(0)
    for unit in units:
        least, most = _often(unit["often"] or "{1}")
        low += least
        high += most
    return low, int(high) if high.is_finite() else None


def _often(said: str) -> tuple[int, Decimal]:
    if said in "*+?":
        return int(said == "+"), Decimal(1) if said == "?" else Decimal("Infinity")
    least, comma, most = said[1:-1].partition(",")
    if not comma:
        return int(least), Decimal(least)
    return int(least), Decimal(most) if most else Decimal("Infinity")


def _within(inner: tuple[Any, Any], outer: tuple[Any, Any]) -> bool:
    low = outer[0] is None or inner[0] >= outer[0]
    return low and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _is_inside(inner: tuple[Any, Any], outer: tuple[Any, Any]) -> bool:
    if not all(isinstance(v, int | float | None) for v in (*inner, *outer)):
        return False
    if outer[0] is not None and inner[0] is None:
        return False
    return (outer[0] is None or inner[0] >= outer[0]) and (
        outer[1] is None or (inner[1] is not None and inner[1] <= outer[1])
    )
