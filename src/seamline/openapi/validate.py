"""Hold a body against its schema, by JSON Schema 2020-12."""

from __future__ import annotations

from copy import copy
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import msgspec

from seamline.openapi.dialect import Side, modern
from seamline.openapi.document import Document
from seamline.text.pointer import ABSENT, at_pointer, escape

_URI = "urn:seamline:openapi"
_FRAGMENT = "/~!$&'()*+,;=:@"
_MOST_ERRORS = 5
_DEEPEST = 8


class Violation(msgspec.Struct, frozen=True):
    """Where a body breaks its schema: a pointer into the body and what is wrong."""

    pointer: str
    message: str


class SchemaProblem(Exception):
    """The document's own schema cannot be used (it points nowhere, outside, or is no schema)."""


class BodySchemas:
    """Validators of one document, built when first needed and kept. No reference is fetched."""

    def __init__(self, document: Document, side: Side = "answer") -> None:
        self.document = document
        self._document = modern(document, side)
        self._loose: BodySchemas | None = None
        self._registry: jsonschema_rs.Registry | None = None
        self._validators: dict[str, jsonschema_rs.Validator | str] = {}

    @property
    def mapped(self) -> Any:
        """The document with its schemas as the validator is given them."""
        return self._document

    def violations(self, pointer: str, body: Any) -> tuple[Violation, ...]:
        """The first few violations of the schema at `pointer`; raises `SchemaProblem`."""
        validator = self._validators.get(pointer)
        if validator is None:
            validator = self._validators[pointer] = self._build(pointer)
        if isinstance(validator, str):
            raise SchemaProblem(validator)
        try:
            return () if validator.is_valid(body) else _first_few(validator, body)
        except (ValueError, RecursionError) as exc:  # half a surrogate pair, nested too deeply
            raise SchemaProblem(
                f"the body cannot be held against {pointer}: {_line(exc)}"
            ) from None

    def fits_several(self, pointer: str, body: Any) -> bool:
        """Whether a body that breaks its schema would keep to it if `oneOf` meant at least one.

        Documents made from code write `oneOf` for a union whose members do not exclude each other.
        """
        if self._loose is None:
            self._loose = copy(self)
            self._loose._document = _any_of(self._document)
            self._loose._registry, self._loose._validators = None, {}
        try:
            return not self._loose.violations(pointer, body)
        except SchemaProblem:
            return False

    def requires(self, pointer: str, name: str) -> bool:
        """Whether every object that the schema at `pointer` accepts has a property of that name."""
        return _requires(self._document, at_pointer(self._document, pointer), name, 0)

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
            return f"the schema {pointer} cannot be used: {_line(exc)}"


def _any_of(node: Any) -> Any:
    """The same with `anyOf` for `oneOf`; where a schema has both, it stays."""
    if isinstance(node, list):
        return [_any_of(item) for item in node]
    if not isinstance(node, dict):
        return node
    both = "oneOf" in node and "anyOf" in node
    renamed = isinstance(node.get("oneOf"), list) and not both
    return {("anyOf" if renamed and k == "oneOf" else k): _any_of(v) for k, v in node.items()}


def _requires(document: Any, schema: Any, name: str, depth: int) -> bool:
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return False
    listed = schema.get("required")
    if isinstance(listed, list) and name in listed:
        return True
    reference, members = schema.get("$ref"), schema.get("allOf")
    below = [at_pointer(document, reference)] if isinstance(reference, str) else []
    below += members if isinstance(members, list) else []
    return any(_requires(document, s, name, depth + 1) for s in below)


def _first_few(validator: jsonschema_rs.Validator, body: Any) -> tuple[Violation, ...]:
    found: list[Violation] = []
    for error in validator.iter_errors(body):
        if error.message.startswith("Error executing regex"):
            raise SchemaProblem("a `pattern` backtracks too much to be judged")
        where = "#" + "".join(f"/{escape(str(part))}" for part in error.instance_path)
        found.append(Violation(where, _brief(error)))
        if len(found) == _MOST_ERRORS:
            break
    return tuple(found)


def _line(exc: BaseException) -> str:
    return " ".join(str(exc).split())[:200]


def _brief(error: jsonschema_rs.ValidationError) -> str:
    text = " ".join(error.message.split())
    return text if len(text) <= 300 else text[:297] + "…"
