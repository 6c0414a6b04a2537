"""Whether values of list items are alike, or stand in order, in every notation that could be meant."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]+")
"""Numbers that are written as texts to be exact; digits alone may be a name that sorts as a text."""
_NOT_A_LETTER = re.compile(r"[^0-9a-z]")


def text(value: Any) -> str:
    """A value as a query parameter writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_like(value: Any, wanted: str) -> bool:
    """Whether an item's value is what a filter may mean by `wanted`: equal, or a text that holds it."""
    if value is None:
        return False
    if isinstance(value, str) and wanted.casefold() in value.casefold():
        return True
    one, other = _number(value), _number(wanted)
    if one is not None and other is not None:
        return one == other
    return text(value).casefold() == wanted.casefold()


def compare(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 where one stands before the other in every order that could be meant, else None.

    Texts are compared by code point, without case, and by their letters alone: collations differ in
    what of this they do.
    """
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return None
    told = {_sign(a, b) for a, b in _readings(one, other)}
    return told.pop() if len(told) == 1 else None


def _readings(one: Any, other: Any) -> list[tuple[Any, Any]]:
    numbers = _number(one), _number(other)
    if isinstance(one, int | float) and isinstance(other, int | float):
        return [(one, other)]
    if not isinstance(one, str) or not isinstance(other, str):
        return [numbers] if None not in numbers else []
    moments = _moment(one), _moment(other)
    if None not in moments:
        return [moments]
    if _AMOUNT.fullmatch(one) and _AMOUNT.fullmatch(other):
        return [numbers]
    found: list[tuple[Any, Any]] = [numbers] if None not in numbers else []
    if not one.isascii() or not other.isascii():
        return []
    low, high = one.lower(), other.lower()
    bare = _NOT_A_LETTER.sub("", low), _NOT_A_LETTER.sub("", high)
    return [*found, (one, other), (low, high), bare]


def _sign(one: Any, other: Any) -> int:
    return bool(one > other) - bool(one < other)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(value: str) -> datetime | None:
    if len(value) < 10 or value.isdigit():
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
