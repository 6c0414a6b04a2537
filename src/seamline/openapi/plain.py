"""Schemas made plain: references followed, `allOf` merged, one of several taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from seamline.openapi.document import Document
from seamline.openapi.operation import Operation
from seamline.text.pointer import ABSENT, at_pointer, escape

_MAX_DEPTH = 12


def plain(document: Document, schema: Any, depth: int = 0) -> dict[str, Any]:
    """One schema without `$ref`, `allOf`, `anyOf` and `oneOf`; empty where there is nothing to say.

    Of alternatives the first that is not null is taken. What stands beside a `$ref` counts too.
    """
    node, pointer = document.follow(schema)
    if not isinstance(node, dict) or depth > _MAX_DEPTH:
        return {}
    beside = schema if pointer is not None and isinstance(schema, dict) else {}
    merged: dict[str, Any] = {}
    _merge(merged, node)
    _merge(merged, beside)
    for member in _list(merged.pop("allOf", None)):
        _merge(merged, plain(document, member, depth + 1))
    for key in ("anyOf", "oneOf"):
        options = [plain(document, o, depth + 1) for o in _list(merged.pop(key, None))]
        chosen = next((o for o in options if o and o.get("type") != "null"), None)
        if chosen is not None:
            _merge(merged, chosen)
    merged.pop("$ref", None)
    if isinstance(merged.get("type"), list):
        merged["type"] = next((t for t in merged["type"] if t != "null"), "null")
    if "type" not in merged:
        merged |= _implied(merged)
    return merged


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _implied(schema: Mapping[str, Any]) -> dict[str, Any]:
    for key, kind in (("properties", "object"), ("items", "array"), ("pattern", "string")):
        if key in schema:
            return {"type": kind}
    return {}


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if key == "properties" and isinstance(value, dict):
            into[key] = {**_dict(into.get(key)), **value}
        elif key == "required" and isinstance(value, list):
            into[key] = list(dict.fromkeys([*_list(into.get(key)), *value]))
        else:
            into.setdefault(key, value)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def properties(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of a plain schema, as written."""
    return _dict(schema.get("properties"))


def item_of(document: Document, schema: Any) -> tuple[Any, bool]:
    """What a list is made of, and whether it was one: `[Order]`, or a page with one list of objects."""
    found = plain(document, schema)
    if found.get("type") == "array":
        return found.get("items"), True
    lists = dict(_lists(document, found))
    if len(lists) != 1 or not _is_page(found):
        return schema, False
    return next(iter(lists.values())), True


def list_of(document: Document, schema: Any) -> tuple[str, dict[str, Any]] | None:
    """Where a list answer has its items (`#`, `#/items`) and the plain schema of one; None: no list."""
    found = plain(document, schema)
    if found.get("type") == "array":
        return "#", plain(document, found.get("items"))
    lists = dict(_lists(document, found))
    if len(lists) != 1 or not _is_page(found):
        return None
    ((name, item),) = lists.items()
    return f"#/{escape(name)}", plain(document, item)


def _lists(document: Document, schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties that are lists of objects, each with the schema of an item as written."""
    for name, value in properties(schema).items():
        inner = plain(document, value)
        if inner.get("type") == "array" and properties(plain(document, inner.get("items"))):
            yield name, inner.get("items")


def _is_page(schema: Mapping[str, Any]) -> bool:
    """Beside its list it has only what counts: no key of its own."""
    return not {"id", "uuid", "key", "name", "code"} & properties(schema).keys()


def answered(operation: Operation, document: Document) -> Any:
    """The schema of the first documented JSON answer of a success, as written, or None."""
    for status, answer in operation.answers.items():
        if not status.startswith("2"):
            continue
        for media, pointer in answer.media.items():
            if pointer is not None and "json" in media:
                found = at_pointer(document.raw, pointer)
                return None if found is ABSENT else found
    return None


def asked(operation: Operation) -> Any:
    """The schema of the first JSON or form body, as written, or None."""
    for media, body in operation.bodies.items():
        if "json" in media or "form" in media:
            return body.schema
    return None
