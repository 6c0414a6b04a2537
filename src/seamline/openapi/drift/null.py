"""What may be left out or null in the document, and may not in the column, or the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from seamline.openapi.drift.drift import Drift
from seamline.openapi.drift.field import Field

_QUOTED = re.compile(r"'((?:[^']|'')*)'(?:::[\w\s\"().]+)?")
_NUMBER = re.compile(r"\(?(-?\d+(?:\.\d+)?)\)?(?:::[\w\s]+)?")
_ABSENT = object()


def null(field: Field) -> Iterator[Drift]:
    """A NOT NULL column refuses null, whatever its default; the document allows null."""
    column = field.column
    if column.nullable or column.generated or column.identity or not _is_typed(field):
        return
    if field.allows(None):
        yield field.drift(
            "null",
            "allows null",
            "is NOT NULL",
            f"no null at {field.pointer}, or a column that may be null",
            value=None,
        )


def missing(field: Field) -> Iterator[Drift]:
    """A NOT NULL column without default must be given; the document does not require the property."""
    column = field.column
    if column.nullable or column.generated or column.identity or column.default is not None:
        return
    if not field.required and "default" not in field.shape:
        yield field.drift(
            "missing",
            "does not require it",
            "is NOT NULL and has no default",
            f"`required` for {field.pointer}, or a default in the column",
        )


def default(field: Field) -> Iterator[Drift]:
    """The document and the column each have a default, and not the same."""
    told = field.shape.get("default", _ABSENT)
    kept = _literal(field.column.default)
    if told is _ABSENT or kept is _ABSENT or field.required or _is(told, kept):
        return
    if told is not None and not isinstance(told, str | int | float):
        return
    yield field.drift(
        "default",
        f"promises the default {_shown(told)}",
        f"has the default {_shown(kept)}",
        f"one default for both: `default: {_shown(kept)}` at {field.pointer}, or the column's",
        told=told,
    )


def null_answer(field: Field) -> Iterator[Drift]:
    """The column may be null; the answer that shows it may not."""
    if field.column.nullable and field.required and _is_typed(field) and not field.allows(None):
        yield field.drift(
            "nullAnswer",
            "answers no null",
            "may be null",
            f"null allowed at {field.pointer}, or NOT NULL in the column",
            is_triable=False,
        )


def _is_typed(field: Field) -> bool:
    """Whether the document says what the property is: of what it says nothing it allows all."""
    return field.kind is not None and field.limit.null is not False


def _literal(default: str | None) -> Any:
    """The value of a column's default where it is a plain one."""
    if default is None:
        return _ABSENT
    if default.lower() in ("true", "false"):
        return default.lower() == "true"
    if quoted := _QUOTED.fullmatch(default):
        return quoted[1].replace("''", "'")
    number = _NUMBER.fullmatch(default)
    return Decimal(number[1]) if number is not None else _ABSENT


def _is(told: Any, kept: Any) -> bool:
    """Whether two defaults say the same, in whatever notation."""
    if isinstance(told, bool) or isinstance(kept, bool):
        return str(told).lower() == str(kept).lower()
    try:
        return Decimal(str(told)) == Decimal(str(kept))
    except InvalidOperation:
        return bool(told == kept)


def _shown(value: Any) -> str:
    return "null" if value is None else str(value).lower() if value in (True, False) else str(value)
