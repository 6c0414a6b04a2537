"""Whether a value of an answer and a value of a row say the same."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from seamline.model.catalog import Column

_NUMBERS = frozenset(
    {"smallint", "integer", "bigint", "numeric", "real", "double precision", "int2", "int4", "int8",
     "float4", "float8", "money"}
)  # fmt: skip
_TEXTS = frozenset(
    {"text", "character varying", "character", "varchar", "char", "citext", "bpchar"}
)
_STAMPS = frozenset(
    {"timestamp with time zone", "timestamp without time zone", "timestamptz", "timestamp"}
)
_UUID = re.compile(r"[0-9a-f]{32}")
_FRACTION = re.compile(r"\.(\d+)")


def same(answered: Any, stored: Any, column: Column) -> bool | None:
    """True or False where the two can be compared, None where the notation is not known.

    Notations that only differ in form are the same: `"19.90"` and 19.9, `Z` and `+00:00`, a UUID
    with and without dashes. A time that the answer gives with fewer digits is compared to those.
    """
    if answered is None or stored is None:
        return answered is stored
    if isinstance(stored, dict | list) or column.base in ("json", "jsonb"):
        return _plain(answered) == _plain(stored) or None
    if isinstance(stored, bool) or isinstance(answered, bool):
        return (
            answered is stored if isinstance(stored, bool) and isinstance(answered, bool) else None
        )
    if column.base in _NUMBERS:
        return _numbers(answered, stored, column)
    if not isinstance(answered, str) or not isinstance(stored, str):
        return str(answered) == str(stored) or None
    if answered == stored:
        return True
    if column.base in _STAMPS:
        return _stamps(answered, stored)
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
    try:
        left, right = Decimal(str(answered)), Decimal(str(stored))
    except InvalidOperation:
        return None
    if column.base in ("real", "float4"):
        return abs(left - right) <= abs(right) * Decimal("1e-6")
    if isinstance(answered, float) or column.base in ("double precision", "float8"):
        return float(left) == float(right)
    return left == right


def _stamps(answered: str, stored: str) -> bool | None:
    try:
        left, right = datetime.fromisoformat(answered), datetime.fromisoformat(stored)
    except ValueError:
        return None
    if left.tzinfo is None or right.tzinfo is None:
        # Without a zone on one side only the clock face can be compared, and only in UTC.
        left, right = (
            left.replace(tzinfo=left.tzinfo or UTC),
            right.replace(tzinfo=right.tzinfo or UTC),
        )
    fraction = _FRACTION.search(answered)
    unit = 10 ** (6 - min(len(fraction[1]) if fraction else 0, 6))
    gap = abs((left - right).total_seconds()) * 1_000_000
    return round(gap) < unit if unit > 1 else round(gap) == 0


def _dates(answered: str, stored: str) -> bool | None:
    try:
        return date.fromisoformat(answered[:10]) == date.fromisoformat(stored) and (
            len(answered) == 10 or time.fromisoformat(answered[11:]).replace(tzinfo=None) == time()
        )
    except ValueError:
        return None


def _hex(text: str) -> str:
    return text.lower().replace("-", "").strip("{}")


def _bytes(answered: str, stored: str) -> bool | None:
    try:
        raw = bytes.fromhex(stored.removeprefix("\\x"))
        return answered.lower() == raw.hex() or base64.b64decode(answered, validate=True) == raw
    except (ValueError, binascii.Error):
        return None
