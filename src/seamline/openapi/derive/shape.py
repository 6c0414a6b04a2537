"""The objects and lists of a schema, as far as they are plain: what is required, and what may be there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from seamline.openapi.document import Document

_MAX_DEPTH = 6
_VEILED = frozenset(
    (
        *("anyOf", "oneOf", "not", "if", "dependentRequired", "dependentSchemas", "dependencies"),
        *(
            "minProperties",
            "maxProperties",
            "propertyNames",
            "discriminator",
            "unevaluatedProperties",
        ),
    )
)
"""Words by which one property bears on another: what may be left out is then not plain."""


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One schema with its references followed and its `allOf` merged.

    `properties` of a plain object, `items` of a list; both None for a value, and for what is not plain.
    """

    schema: Mapping[str, Any]
    required: frozenset[str] = frozenset()
    properties: Mapping[str, Shape] | None = None
    items: Shape | None = None


def shape_of(document: Document, written: Any) -> Shape:
    """The shape of a request's schema; what only answers hold is left out."""
    return _shape(document, written, ())


def _shape(document: Document, written: Any, above: tuple[int, ...]) -> Shape:
    node, _ = document.follow(written)
    if not isinstance(node, dict) or id(node) in above or len(above) > _MAX_DEPTH:
        return Shape(schema={})
    within = (*above, id(node))
    merged = _merged(document, node)
    kind = _kind(merged)
    if kind == "array":
        return Shape(schema=merged, items=_shape(document, merged.get("items"), within))
    properties = merged.get("properties")
    if kind != "object" or not isinstance(properties, dict) or _VEILED & merged.keys():
        return Shape(schema=merged)
    inner = {str(n): _shape(document, s, within) for n, s in properties.items()}
    return Shape(
        schema=merged,
        required=frozenset(r for r in _list(merged.get("required")) if isinstance(r, str)),
        properties={n: s for n, s in inner.items() if s.schema.get("readOnly") is not True},
    )


def _merged(document: Document, node: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with its `allOf` in it, one level of them, and a lone alternative to null as itself."""
    merged = {k: v for k, v in node.items() if k != "allOf"}
    for member in _list(node.get("allOf")):
        found, _ = document.follow(member)
        for key, value in found.items() if isinstance(found, dict) else ():
            if key == "properties" and isinstance(value, dict):
                merged[key] = {**_dict(merged.get(key)), **value}
            elif key == "required":
                merged[key] = [*_list(merged.get(key)), *_list(value)]
            else:
                merged.setdefault(key, value)
    for key in ("anyOf", "oneOf"):
        options = [document.follow(o)[0] for o in _list(merged.get(key))]
        real = [o for o in options if isinstance(o, dict) and o.get("type") != "null"]
        if len(real) == 1 and len(options) == 2 and "properties" not in merged:
            merged.pop(key)
            merged = {**_merged(document, real[0]), **merged}
    return merged


def _kind(schema: Mapping[str, Any]) -> str:
    said = schema.get("type")
    if isinstance(said, list):
        said = next((t for t in said if t != "null"), None)
    if isinstance(said, str):
        return said
    return "object" if "properties" in schema else "array" if "items" in schema else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
