"""Texts that the document allows and the column cannot hold: too long, or of another form."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.openapi.drift.drift import Drift
from seamline.openapi.drift.field import Field

_LETTERS = ("a", "A", "1", "é")
_FIXED = ("uuid", "date", "date-time", "time", "duration", "ipv4", "ipv6", "byte", "binary")
_STAMPS = ("timestamp with time zone", "timestamp without time zone")
_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
ODD = "seamline"
"""A text that is no number, no UUID and no moment."""
MOMENT = "2031-03-28T13:45:00Z"


def length(field: Field) -> Iterator[Drift]:
    """varchar(n) and char(n) hold n characters; a longer text is an error there, or is cut."""
    most = field.column.max_length
    longest = field.limit.longest if field.limit.longest is not None else most
    if longest is None or field.kind != "string" or field.shape.get("format") in _FIXED:
        return
    if "enum" in field.shape or "const" in field.shape:
        return
    most = min(longest, most) if most is not None else longest
    value = next((t for t in _texts(field, most + 1) if field.allows(t)), None)
    if value is None:
        return
    said = field.shape.get("maxLength")
    yield field.drift(
        "length",
        f"allows {most + 1} characters ({f'`maxLength: {said}`' if said else 'no `maxLength`'})",
        f"holds {most}",
        f"`maxLength: {most}` at {field.pointer}, or a wider column",
        value=value,
    )


def form(field: Field) -> Iterator[Drift]:
    """A column of UUIDs, moments or numbers refuses any other text; the document gives no format."""
    base, named = field.column.base, field.shape.get("format")
    if field.kind != "string" or field.column.enum or "enum" in field.shape:
        return
    if base == "date" and named == "date-time" and field.allows(MOMENT):
        yield field.drift(
            "form",
            "allows a time of day (`format: date-time`)",
            "keeps the day alone",
            f"`format: date` at {field.pointer}, or a column with a time",
            value=MOMENT,
        )
    if named is not None or not field.allows(ODD):
        return
    for bases, what, wanted in (
        (("uuid",), "UUIDs", "`format: uuid`"),
        (_STAMPS, "moments", "`format: date-time`"),
        (("date",), "days", "`format: date`"),
        (_NUMBERS, "numbers", "`type: number`, or a `pattern`,"),
    ):
        if base in bases:
            yield field.drift(
                "form",
                "allows any text (no `format`)",
                f"holds {what} only",
                f"{wanted} at {field.pointer}",
                value=ODD,
            )


def _texts(field: Field, characters: int) -> Iterator[str]:
    """Texts of a length, of which the document's pattern and format may allow one."""
    named = field.shape.get("format")
    if named == "email":
        domain = "@example.com"
        yield "a" * (characters - len(domain)) + domain if characters > len(domain) else ""
    elif named in ("uri", "url"):
        start = "http://example.com/"
        yield start + "a" * (characters - len(start)) if characters > len(start) else ""
    else:
        yield from (letter * characters for letter in _LETTERS)
