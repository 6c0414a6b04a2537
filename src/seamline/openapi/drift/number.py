"""Numbers that the document allows and the column cannot hold: too large, or too fine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from seamline.openapi.drift.drift import Drift
from seamline.openapi.drift.field import Field
from seamline.rows.limit import as_number

BITS = {"smallint": 15, "integer": 31, "bigint": 63}
_FORMATS = {"int32": 31, "int64": 63}
_NUMERIC = re.compile(r"numeric\((\d+),(-?\d+)\)")
_FINEST = 12
"""Digits behind the point that a number of JSON still carries."""


def width(field: Field) -> Iterator[Drift]:
    """An integer column holds numbers of 2, 4 or 8 bytes; what is larger is an error there."""
    bits = BITS.get(field.column.base)
    if bits is None or field.kind not in ("integer", "number"):
        return
    if _FORMATS.get(str(field.shape.get("format")), 64) <= bits:
        return
    high, low = 2**bits - 1, -(2**bits)
    for value, bound, word, key in (
        (high + 1, high, "above", "maximum"),
        (low - 1, low, "below", "minimum"),
    ):
        if _is_within(field, bound) and field.allows(value):
            yield _of(field, "width", value, bound, word, key)
            return


def bounds(field: Field) -> Iterator[Drift]:
    """A CHECK bounds the column; the document allows numbers beyond it."""
    if field.kind not in ("integer", "number"):
        return
    sides = (
        (field.limit.high, field.limit.high_open, "above", "maximum", 1),
        (field.limit.low, field.limit.low_open, "below", "minimum", -1),
    )
    for written, is_open, word, key, step in sides:
        bound = as_number(written) if written is not None else None
        if bound is None or bound != bound.to_integral_value():
            continue
        value = int(bound) + (0 if is_open else step)
        if field.allows(value):
            yield _of(field, "bounds", value, value - step, word, key)


def size(field: Field) -> Iterator[Drift]:
    """numeric(p,s) holds p - s digits in front of the point; more are an error there."""
    found = _NUMERIC.fullmatch(field.column.type)
    if found is None:
        return
    digits, scale = int(found[1]), int(found[2])
    bound = 10 ** (digits - scale)
    value = next((v for v in _written(field, Decimal(bound), scale) if field.allows(v)), None)
    if value is not None and _is_within(field, bound - 1):
        yield _of(field, "size", value, bound, "from", "maximum", "on")


def scale(field: Field) -> Iterator[Drift]:
    """numeric(p,s) keeps s digits behind the point and rounds the others away in silence."""
    found = _NUMERIC.fullmatch(field.column.type)
    if found is None or not 0 <= int(found[2]) < _FINEST or field.kind == "integer":
        return
    digits = int(found[2])
    value = Decimal(1) + Decimal(6).scaleb(-digits - 1)
    sent = next((v for v in _written(field, value, 0) if field.allows(v)), None)
    if sent is None or not field.limit.allows(sent) or int(found[1]) <= digits:
        return
    yield field.drift(
        "scale",
        says=f"allows {sent}",
        holds=f"keeps {digits} digits behind the point and rounds the others away",
        mend=f"`multipleOf: {Decimal(1).scaleb(-digits):f}` (for text a `pattern`) at {field.pointer},"
        " or a column of more digits",
        value=sent,
    )


def _written(field: Field, value: Decimal, zeros: int) -> Iterator[Any]:
    """A number as the property has it: as number, or as text with as many digits as its pattern may ask."""
    if field.kind == "string" and field.shape.get("format") not in ("date", "date-time", "uuid"):
        yield f"{value:f}"
        if zeros > 0:
            yield f"{value:f}.{'0' * zeros}"
    elif field.kind == "integer":
        yield int(value)
    elif field.kind == "number":
        yield int(value) if value == value.to_integral_value() else float(value)


def _is_within(field: Field, bound: int) -> bool:
    """Whether the bound is the type's own: no CHECK stands before it."""
    return field.limit.among is None and field.limit.allows(bound)


def _of(
    field: Field, rule: str, value: Any, bound: int, word: str, key: str, behind: str = ""
) -> Drift:
    limit = bound - 1 if behind else bound
    said = field.shape.get(key)
    return field.drift(
        rule,
        says=f"allows {value} ({f'`{key}: {said}`' if said is not None else f'no `{key}`'})",
        holds=f"holds no number {word} {bound}{f' {behind}' if behind else ''}"
        + (" (CHECK)" if rule == "bounds" else ""),
        mend=f"`{key}: {limit}` at {field.pointer}, or a wider column",
        value=value,
    )
