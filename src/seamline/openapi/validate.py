"""Hold an answer's body against its schema: JSON Schema 2020-12, with OpenAPI 3.0's dialect mapped to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import jsonschema_rs
import msgspec

from seamline.openapi.document import Document
from seamline.text.pointer import ABSENT, at_pointer

_URI = "urn:seamline:openapi"
_FRAGMENT = "/~!$&'()*+,;=:@"
_MOST_ERRORS = 5
_MAX_DEPTH = 200


class Violation(msgspec.Struct, frozen=True):
    """Where a body breaks its schema: a pointer into the body and what is wrong."""

    pointer: str
    message: str


class SchemaProblem(Exception):
    """The document's own schema cannot be used (it points nowhere, outside, or is no schema)."""


class BodySchemas:
    """Validators of one document, built when first needed and kept."""

    def __init__(self, document: Document) -> None:
        raw = document.raw
        self._document = _modern(raw, 0) if document.version.startswith("3.0") else raw
        self._registry: jsonschema_rs.Registry | None = None
        self._validators: dict[str, jsonschema_rs.Validator | str] = {}

    def violations(self, pointer: str, body: Any) -> tuple[Violation, ...]:
        """The first few violations of the schema at `pointer`; raises `SchemaProblem`."""
        validator = self._validators.get(pointer)
        if validator is None:
            validator = self._validators[pointer] = self._build(pointer)
        if isinstance(validator, str):
            raise SchemaProblem(validator)
        if validator.is_valid(body):
            return ()
        found: list[Violation] = []
        for error in validator.iter_errors(body):
            where = "#" + "".join(f"/{part}" for part in error.instance_path)
            found.append(Violation(where, _brief(error)))
            if len(found) == _MOST_ERRORS:
                break
        return tuple(found)

    def _build(self, pointer: str) -> jsonschema_rs.Validator | str:
        if at_pointer(self._document, pointer) is ABSENT:
            return f"the schema {pointer} is not in the document"
        try:
            if self._registry is None:
                self._registry = jsonschema_rs.Registry(
                    [(_URI, self._document)], draft=jsonschema_rs.Draft202012
                )
            return jsonschema_rs.Draft202012Validator(
                {"$ref": f"{_URI}#{quote(pointer[1:], safe=_FRAGMENT)}"}, registry=self._registry
            )
        except (ValueError, RecursionError) as exc:
            return f"the schema {pointer} cannot be used: {' '.join(str(exc).split())[:200]}"


def _brief(error: jsonschema_rs.ValidationError) -> str:
    text = " ".join(error.message.split())
    return text if len(text) <= 300 else text[:297] + "…"


def _modern(node: Any, depth: int) -> Any:
    """An OpenAPI 3.0 schema tree as 2020-12: nullable, boolean exclusive bounds, lone `$ref`s."""
    if depth > _MAX_DEPTH:
        return node
    if isinstance(node, list):
        return [_modern(n, depth + 1) for n in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        return {"$ref": node["$ref"]}
    new = {k: _modern(v, depth + 1) for k, v in node.items()}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(new.get(exclusive), bool) and new.pop(exclusive) and bound in new:
            new[exclusive] = new.pop(bound)
    if new.get("nullable") is True and isinstance(new.get("type"), str):
        new["type"] = [new["type"], "null"]
        if isinstance(new.get("enum"), list) and None not in new["enum"]:
            new["enum"] = [*new["enum"], None]
    elif new.get("nullable") is True and any(k in new for k in ("allOf", "anyOf", "oneOf", "enum")):
        new.pop("nullable")
        return {"anyOf": [new, {"type": "null"}]}
    return new
