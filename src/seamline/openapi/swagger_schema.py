"""Schemas of Swagger 2.0 as OpenAPI 3.0 writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_MAX_DEPTH = 200
"""As deep as schemas are mapped for validation: what lies deeper is left as it is."""
_MAPS = frozenset({"properties", "patternProperties", "definitions"})
_ONE = frozenset({"items", "additionalProperties", "not"})
_MANY = frozenset({"allOf", "anyOf", "oneOf"})


class Rewriter:
    """Rewrites schemas; `moved` gives the new place of what a pointer of the old document names."""

    def __init__(self, moved: Callable[[str], str]) -> None:
        self._moved = moved

    def schema(self, node: Any, depth: int = 0) -> Any:
        """The schema with references moved, `x-nullable`, `discriminator` and `file` as 3.0 has them."""
        if not isinstance(node, dict) or depth > _MAX_DEPTH:
            return node
        if isinstance(node.get("type"), str) and node["type"] == "file":
            return {"type": "string", "format": "binary"}
        new: dict[str, Any] = {}
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                new[key] = self._moved(value) if value.startswith("#/") else value
            elif key == "x-nullable":
                new["nullable"] = value
            elif key == "discriminator" and isinstance(value, str):
                new[key] = {"propertyName": value}
            else:
                new[key] = self._inside(key, value, depth + 1)
        return new

    def _inside(self, key: str, value: Any, depth: int) -> Any:
        if key in _MAPS and isinstance(value, dict):
            return {name: self.schema(item, depth + 1) for name, item in value.items()}
        if key in _MANY and isinstance(value, list):
            return [self.schema(item, depth + 1) for item in value]
        if key in _ONE:
            return self.schema(value, depth + 1)
        return value
