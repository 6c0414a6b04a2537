"""Values as PostgreSQL reads them, from the forms that row images have: JSON's, with lists for arrays
and dicts for composite values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from seamline.model.catalog import Type

Literal = Callable[[Any], str | None]
"""A value -> its text, before any quoting; None is null."""

_AS_IT_IS = frozenset((str, type(None)))
_JSON = frozenset(("json", "jsonb"))
_MODIFIER = re.compile(r"\([^)]*\)")
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode


def literal(type_name: str, types: Mapping[str, Type]) -> Literal:
    """How values of the type `type_name` (in full or bare spelling) are written."""
    if type_name.endswith("[]"):
        element = literal(type_name[:-2], types)
        return lambda value: _array(value, element) if isinstance(value, list) else _scalar(value)
    bare = _MODIFIER.sub("", type_name)
    if bare in _JSON:
        return lambda value: None if value is None else _ENCODE(value).decode()
    known = types.get(bare)
    if known is not None and known.kind == "domain" and known.of is not None:
        return literal(known.of, types)
    if known is not None and known.kind == "composite":
        fields = [(f.name, literal(f.type, types)) for f in known.fields]
        return lambda value: _record(value, fields) if isinstance(value, dict) else _scalar(value)
    return _scalar


def column_texts(values: list[Any], write: Literal) -> list[str | None]:
    """The texts of one column's values; columns of one simple type go without a call per value."""
    if write is _scalar:
        kinds = set(map(type, values))
        if kinds <= _AS_IT_IS:
            return values
        if kinds == {int}:
            return list(map(str, values))
    return list(map(write, values))


def _scalar(value: Any) -> str | None:
    if value is None or value.__class__ is str:
        return value
    if value.__class__ is bool:
        return "t" if value else "f"
    return format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value)


def _array(value: list[Any], element: Literal) -> str:
    parts = []
    for item in value:
        if isinstance(item, list):
            parts.append(_array(item, element))
        else:
            text = element(item)
            parts.append("NULL" if text is None else _quoted(text))
    return "{" + ",".join(parts) + "}"


def _record(value: dict[str, Any], fields: list[tuple[str, Literal]]) -> str:
    texts = [write(value.get(name)) for name, write in fields]
    return "(" + ",".join("" if text is None else _quoted(text) for text in texts) + ")"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
