"""Edges that a schema names: each bound and what lies just beyond, words of enums, odd members of formats."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.openapi.derive.coverage import Sample
from seamline.openapi.derive.edit import Edit, Place, Way
from seamline.openapi.derive.shape import Shape, shape_of
from seamline.openapi.derive.whole import body_of
from seamline.openapi.document import Document
from seamline.openapi.operation import Operation

_MOST = 120
"""Edges of one operation; what is beyond is left out."""
_LONGEST = 20_000
"""A text or list longer than this is sent by no edge: it would test the server's limits, not the schema."""
_MOST_ITEMS = 300
_FLOATS = (
    ("inexact-number", 0.1 + 0.2),
    ("huge-number", 1e308),
    ("tiny-number", 5e-324),
    ("minus-zero", -0.0),
)
_FORMATS: Mapping[str, tuple[tuple[str, str, bool | None], ...]] = {
    "date": (
        ("leap-day", "2024-02-29", None),
        ("no-leap-day", "2023-02-29", None),
        ("first-year", "0001-01-01", None),
        ("last-year", "9999-12-31", None),
        ("no-date", "not-a-date", False),
    ),
    "date-time": (
        ("offset", "2024-12-31T23:59:59+14:00", None),
        ("leap-second", "2016-12-31T23:59:60Z", None),
        ("nanoseconds", "2024-06-01T12:00:00.123456789Z", None),
        ("first-year", "0001-01-01T00:00:00Z", None),
        ("no-time", "not-a-time", False),
    ),
    "uuid": (
        ("nil-uuid", "00000000-0000-0000-0000-000000000000", None),
        ("upper-uuid", "C56A4180-65AA-42EC-A945-5FD21DEC0538", None),
        ("no-uuid", "not-a-uuid", False),
    ),
    "email": (("odd-email", "a+b.c@sub.example.com", None), ("no-email", "nobody", None)),
    "uri": (("long-uri", "https://example.com/?q=%F0%9F%A6%8A#a", None), ("no-uri", "::", None)),
    "ipv4": (("no-ipv4", "256.1.1.1", None),),
    "ipv6": (("no-ipv6", "::g", None),),
}
"""By format. The word of JSON Schema alone forbids nothing (`format` annotates), and servers read calendars
differently: only what no reader could take for one is called invalid."""


def edges(document: Document, operation: Operation, sample: Sample) -> Iterator[Edit]:
    """The edges of an operation's parameters and of its body's properties."""
    yield from itertools.islice(_edges(document, operation, sample), _MOST)


def _edges(document: Document, operation: Operation, sample: Sample) -> Iterator[Edit]:
    for parameter in operation.parameters:
        if parameter.place in ("path", "query") and not parameter.media:
            place: Place = "path" if parameter.place == "path" else "query"
            shape = shape_of(document, parameter.schema)
            for scenario, value, valid in _of(shape, _any(sample, place, parameter.name)):
                if isinstance(value, list) and place == "path":
                    continue
                text = value if isinstance(value, list) else _text(value)
                yield _edit(place, (parameter.name,), text, scenario, valid)
    body = body_of(operation, sample)
    if body is not None:
        yield from _inside(shape_of(document, body.schema), sample.body, ())


def _any(sample: Sample, place: str, name: str) -> Any:
    return getattr(sample, place).get(name)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value).lower() if value is True else str(value)


def _inside(shape: Shape, value: Any, way: Way) -> Iterator[Edit]:
    if way or shape.items is not None:
        for scenario, edge, valid in _of(shape, value):
            yield _edit("body", way, edge, scenario, valid)
    if shape.items is not None and isinstance(value, list) and value:
        yield from _inside(shape.items, value[0], (*way, 0))
    for name, inner in (shape.properties or {}).items():
        scenario = "missing-property" if name in shape.required else "without-property"
        yield _edit("body", (*way, name), msgspec.UNSET, scenario, None)
        yield from _inside(
            inner, value.get(name) if isinstance(value, dict) else None, (*way, name)
        )


def _edit(place: Place, at: Way, value: Any, scenario: str, valid: bool | None) -> Edit:
    words = scenario.replace("-", " ")
    return Edit(place=place, at=at, value=value, scenario=scenario, what=words, valid=valid)


def _of(shape: Shape, value: Any) -> Iterator[tuple[str, Any, bool | None]]:
    schema = shape.schema
    said = schema.get("type")
    kinds = said if isinstance(said, list) else [said]
    options = schema.get("enum")
    if isinstance(options, list):
        yield from (("enum-value", o, None) for o in options[:20])
        return
    if "integer" in kinds or "number" in kinds:
        yield from _numbers(schema, is_integer="number" not in kinds)
    if "string" in kinds:
        yield from _texts(schema)
    if shape.items is not None:
        yield from _lists(schema, value)


def _numbers(schema: Mapping[str, Any], is_integer: bool) -> Iterator[tuple[str, Any, bool | None]]:
    step: Any = 1 if is_integer else 0.01
    bound: Any
    exclusive: Any
    for key, sign in (("minimum", 1), ("maximum", -1)):
        bound, exclusive = schema.get(key), schema.get(f"exclusive{key.title()}")
        if exclusive is True:
            bound, exclusive = None, bound
        if _is_number(bound):
            bound = int(bound) if float(bound).is_integer() else bound
            yield f"{key}-value", bound, None
            yield f"beyond-{key}", bound - sign * step, None
        if _is_number(exclusive):
            exclusive = int(exclusive) if float(exclusive).is_integer() else exclusive
            yield f"exclusive-{key}", exclusive, None
            yield f"inside-{key}", exclusive + sign * step, None
    of: Any = schema.get("multipleOf")
    if _is_number(of) and of > 0 and not (is_integer and of == 1):
        yield "no-multiple", of + of / 2 if not is_integer else int(of) + 1, None
    yield "zero", 0, None
    if is_integer:
        yield "beyond-float", 9_007_199_254_740_993, None
    else:
        yield from ((n, v, None) for n, v in _FLOATS)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _texts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any, bool | None]]:
    form = schema.get("format")
    yield from _FORMATS.get(form, ()) if isinstance(form, str) else ()
    yield "empty-text", "", None
    if "pattern" in schema or (form and form != "password"):
        return  # its edges are made by who can make texts of a pattern
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int) and 0 < least <= _LONGEST:
        yield "shortest-text", "x" * least, None
        yield "too-short-text", "x" * (least - 1), None
    if isinstance(most, int) and 0 <= most <= _LONGEST:
        yield "longest-text", "x" * most, None
        yield "longest-unicode", "🦊" * most, None
        yield "too-long-text", "x" * (most + 1), None


def _lists(schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str, Any, bool | None]]:
    if not isinstance(value, list) or not value:
        return
    least, most = schema.get("minItems"), schema.get("maxItems")
    yield "empty-list", [], None
    if schema.get("uniqueItems") is True:
        yield "item-twice", [value[0], value[0]], None
        return
    for scenario, length in (
        ("shortest-list", least),
        ("longest-list", most),
        ("too-long-list", most + 1 if isinstance(most, int) else None),
    ):
        if isinstance(length, int) and 0 < length <= _MOST_ITEMS:
            yield scenario, [value[i % len(value)] for i in range(length)], None
