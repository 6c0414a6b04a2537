"""Which properties a request may carry, as the document declares them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from seamline.openapi.document import Document
from seamline.text.pointer import at_pointer

_DEEPEST = 12


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of an object with their schemas; `is_open` where it says that it takes any others."""

    properties: dict[str, dict[str, Any]]
    is_open: bool = False


def declared(document: Document, schema: Any, *, side: str = "request") -> Declared:
    """What a schema declares, through references and combinations.

    On the side of the request what is `readOnly` is not declared: it is sent by the server only.
    """
    found: dict[str, dict[str, Any]] = {}
    is_open = False
    for node in _nodes(document, schema, 0):
        more = node.get("additionalProperties")
        is_open = is_open or more is True or (isinstance(more, dict) and bool(more))
        is_open = is_open or bool(node.get("patternProperties"))
        properties = node.get("properties")
        for name, written in properties.items() if isinstance(properties, dict) else ():
            followed, _ = document.follow(written)
            inner = followed if isinstance(followed, dict) else {}
            if side != "request" or inner.get("readOnly") is not True:
                found.setdefault(str(name), inner)
    return Declared(properties=found, is_open=is_open)


def answered(document: Document, pointer: str | None) -> Declared:
    """What the schema at a pointer into the document declares of an answer."""
    if pointer is None:
        return Declared(properties={})
    return declared(document, at_pointer(document.raw, pointer), side="answer")


def _nodes(document: Document, schema: Any, depth: int) -> Iterator[dict[str, Any]]:
    node, _ = document.follow(schema)
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    yield node
    for key in ("allOf", "anyOf", "oneOf"):
        for part in node[key] if isinstance(node.get(key), list) else ():
            yield from _nodes(document, part, depth + 1)
