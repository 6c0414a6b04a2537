"""A document's schemas as JSON Schema 2020-12 sees an answer, or a request.

Versions 3.0 and 3.1 are not told apart: `nullable` and boolean exclusive bounds mean nothing in 3.1,
and where an author wrote them all the same, what was meant is plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from seamline.openapi.document import Document

_MAX_DEPTH = 200
_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))
_COMBINED = ("allOf", "anyOf", "oneOf", "enum", "const")


Side = Literal["answer", "request"]


def modern(document: Document, side: Side = "answer") -> Any:
    """The whole document with every schema in it mapped; pointers into it stay true."""
    return _Mapper(document, side).map(document.raw, 0)


class _Mapper:
    def __init__(self, document: Document, side: Side) -> None:
        self._document = document
        self._side = side
        self._absent = "writeOnly" if side == "answer" else "readOnly"
        self._lone_refs = document.version.startswith("3.0")

    def map(self, node: Any, depth: int) -> Any:
        if isinstance(node, str):
            return _encodable(node)
        if depth > _MAX_DEPTH or not isinstance(node, dict | list):
            return node
        if isinstance(node, list):
            return [self.map(n, depth + 1) for n in node]
        if self._lone_refs and isinstance(node.get("$ref"), str):
            # In 3.0 what stands beside a `$ref` is ignored; only `nullable` is too common there.
            ref = {"$ref": node["$ref"]}
            return _or_null(ref) if node.get("nullable") is True else ref
        if self._side == "request" and node.get("readOnly") is True:
            return {}  # not to be sent, and ignored where it is (OpenAPI 3.0, 4.7.24)
        new = {_encodable(k): self.map(v, depth + 1) for k, v in node.items() if _usable(k, v)}
        _exclusive(new)
        self._without_absent(node, new)
        if isinstance(node.get("discriminator"), dict) and "anyOf" not in new and "oneOf" in new:
            # Which one it is the discriminator says, and others may fit too (OpenAPI 3.1, 4.8.25.4).
            new["anyOf"] = new.pop("oneOf")
        return _nullable(new)

    def _without_absent(self, node: Mapping[str, Any], new: dict[str, Any]) -> None:
        """A write-only property (a password) is required of requests only, a read-only one of answers."""
        hidden = set(self._hidden(node))
        if not hidden:
            return
        members = new.get("allOf")
        for schema in (new, *(members if isinstance(members, list) else ())):
            if isinstance(schema, dict) and isinstance(schema.get("required"), list):
                schema["required"] = [r for r in schema["required"] if r not in hidden]

    def _hidden(self, node: Mapping[str, Any]) -> Iterator[str]:
        members = node.get("allOf")
        for written in (node, *(members if isinstance(members, list) else ())):
            schema, _ = self._document.follow(written) if written is not node else (node, None)
            properties = schema.get("properties") if isinstance(schema, dict) else None
            for name, value in properties.items() if isinstance(properties, dict) else ():
                found, _ = self._document.follow(value)
                if any(isinstance(s, dict) and s.get(self._absent) is True for s in (value, found)):
                    yield name


def _exclusive(new: dict[str, Any]) -> None:
    for bound, exclusive in _BOUNDS:
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)


def _nullable(new: dict[str, Any]) -> dict[str, Any]:
    if new.get("nullable") is not True:
        return new
    if any(key in new for key in _COMBINED) or "$ref" in new:
        new.pop("nullable")
        return _or_null(new)
    if isinstance(new.get("type"), str):
        new["type"] = [new["type"], "null"]
    return new


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _usable(key: str, value: Any) -> bool:
    """Whether the validator can be told: a pattern with half a surrogate pair matches nothing it knows."""
    return key != "pattern" or not isinstance(value, str) or _encodable(value) == value


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
