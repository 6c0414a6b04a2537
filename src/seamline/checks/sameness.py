"""Whether a value of an answer and a value of a row say the same."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from seamline.model.catalog import Column

_NUMBERS = frozenset(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision", "int2", "int4", "int8",
     "float4", "float8", "money"}
)  # fmt: skip
_TEXTS = frozenset(
    {"text", "character varying", "character", "varchar", "char", "citext", "bpchar"}
)
STAMPS = frozenset(
    {"timestamp with time zone", "timestamp without time zone", "timestamptz", "timestamp"}
)
"""Types of a moment, with a zone or without."""
_UUID = re.compile(r"[0-9a-f]{32}")
_CLOCK = re.compile(r"[T ]\d\d(?P<m>:?\d\d(?P<s>:?\d\d(?:[.,](?P<f>\d+))?)?)?")
_PRECISION = re.compile(r"\((\d)\)")
_MICRO = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = 24 * 60 * _MINUTE
_FARTHEST = 14 * 60 * _MINUTE
"""No zone is farther from UTC; all are whole quarters of an hour."""


def same(answered: Any, stored: Any, column: Column) -> bool | None:
    """True or False where the two can be compared, None where the notation is not known.

    Notations that only differ in form are the same: `"19.90"` and 19.9, `Z` and `+00:00`, a UUID
    with and without dashes. A time that the answer gives with fewer digits is compared to those.
    """
    if answered is None or stored is None:
        return answered is stored
    try:
        return _same(answered, stored, column)
    except (ArithmeticError, ValueError, RecursionError):
        return None


def _same(answered: Any, stored: Any, column: Column) -> bool | None:
    if isinstance(stored, dict | list) or column.base in ("json", "jsonb"):
        return _plain(answered) == _plain(stored) or None
    if isinstance(stored, bool) or isinstance(answered, bool):
        both = isinstance(stored, bool) and isinstance(answered, bool)
        return answered is stored if both else None
    if column.base in _NUMBERS:
        return _numbers(answered, stored, column)
    if not isinstance(answered, str) or not isinstance(stored, str):
        return str(answered) == str(stored) or None
    if answered == stored:
        return True
    if (
        column.enum
    ):  # a label of its own (`PENDING` for `pending`) is a mapping, another label a fault
        return False if answered in column.enum else None
    if column.base in STAMPS:
        return _stamps(answered, stored, column)
    if column.base == "uuid":
        return _hex(answered) == _hex(stored) if _UUID.fullmatch(_hex(answered)) else None
    if column.base == "bytea":
        return _bytes(answered, stored)
    if column.base == "citext":
        return answered.lower() == stored.lower()
    if column.base in _TEXTS:
        # char(n) comes back padded; that is the type, not a fault.
        return column.base in ("character", "bpchar") and answered.rstrip() == stored.rstrip()
    if column.base == "date":
        return _dates(answered, stored)
    return None


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


def _numbers(answered: Any, stored: Any, column: Column) -> bool | None:
    left, right = Decimal(str(answered)), Decimal(str(stored))
    if left.is_nan() or right.is_nan():
        return left.is_nan() and right.is_nan()
    if left.is_infinite() or right.is_infinite():
        return left == right
    if column.base in ("real", "float4"):
        return abs(left - right) <= abs(right) * Decimal("1e-6")
    if isinstance(answered, float) or column.base in ("double precision", "float8"):
        return float(left) == float(right)
    return left == right


def _stamps(answered: str, stored: str, column: Column) -> bool | None:
    left, right = datetime.fromisoformat(answered), datetime.fromisoformat(stored)
    precision = _PRECISION.search(column.type)
    unit = max(_unit(answered), 10 ** (6 - min(int(precision[1]), 6)) if precision else 1)
    if (left.tzinfo is None) == (right.tzinfo is None):
        return _near(abs(left - right), unit)
    # A zone on one side only: the same clock face is the same time, and so is the same time in UTC.
    face = abs(left.replace(tzinfo=None) - right.replace(tzinfo=None))
    instant = abs(
        left.replace(tzinfo=left.tzinfo or UTC) - right.replace(tzinfo=right.tzinfo or UTC)
    )
    if _near(face, unit) or _near(instant, unit):
        return True
    gap = instant // _MICRO
    quarters_off = (gap + unit) % (15 * _MINUTE) <= 2 * unit
    return None if gap <= _FARTHEST + unit and (quarters_off or unit > _MINUTE) else False


def _near(gap: timedelta, unit: int) -> bool:
    return gap // _MICRO < unit


def _unit(written: str) -> int:
    """What the last digit of a time stands for, in microseconds; a finer one is rounded by the database."""
    found = _CLOCK.search(written)
    if found is None:
        return _DAY
    if found["s"] is None:
        return _MINUTE if found["m"] is not None else 60 * _MINUTE
    digits = len(found["f"] or "")
    return 2 if digits > 6 else int(10 ** (6 - digits))


def _dates(answered: str, stored: str) -> bool | None:
    day = date.fromisoformat(stored)
    if len(answered) <= 10:
        return date.fromisoformat(answered) == day
    moment = datetime.fromisoformat(answered)
    # A time of day beside a date: the local midnight of some zone, perhaps.
    return moment.date() == day if moment.time() == time() else None


def _hex(text: str) -> str:
    return text.lower().replace("-", "").strip("{}")


def _bytes(answered: str, stored: str) -> bool | None:
    raw = bytes.fromhex(stored.removeprefix("\\x"))
    if answered.lower().removeprefix("\\x") == raw.hex() or answered.encode() == raw:
        return True
    try:
        return base64.b64decode(answered, validate=True) == raw
    except binascii.Error:
        return None
