"""Schemas that are none, and those that nothing can satisfy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from seamline.openapi.document import Document
from seamline.openapi.fault.fault import Fault
from seamline.openapi.operation import Operation
from seamline.text.pointer import ABSENT, at_pointer, escape

_MOST = 5_000
_MAX_DEPTH = 60
_OPEN = frozenset(
    ("patternProperties", "allOf", "anyOf", "oneOf", "$ref", "if", "dependentSchemas")
)


def unsound(
    document: Document, operations: Mapping[str, Operation], mapped: Any
) -> Iterator[Fault]:
    """Each schema that stands by itself, held against JSON Schema 2020-12 (3.0 is read as what it means)."""
    for number, pointer in enumerate(_pointers(document, operations)):
        schema = at_pointer(mapped, pointer)
        if number >= _MOST or schema is ABSENT:
            continue
        yield from _broken(schema, pointer)
        written = at_pointer(document.raw, pointer)
        yield from _impossible(written, pointer, 0)


def _pointers(document: Document, operations: Mapping[str, Operation]) -> Iterator[str]:
    found: dict[str, None] = {}
    components = document.raw.get("components")
    named = components.get("schemas") if isinstance(components, dict) else None
    for name in named if isinstance(named, dict) else ():
        found.setdefault(f"#/components/schemas/{escape(str(name))}")
    for operation in operations.values():
        for parameter in operation.parameters:
            found.setdefault(parameter.pointer)
        for body in operation.bodies.values():
            found.setdefault(body.pointer)
        for answer in operation.answers.values():
            for pointer in answer.media.values():
                if pointer is not None:
                    found.setdefault(pointer)
    for pointer in found:
        written = at_pointer(document.raw, pointer)
        if not (isinstance(written, dict) and "$ref" in written):
            yield pointer


def _broken(schema: Any, pointer: str) -> Iterator[Fault]:
    if not isinstance(schema, dict | bool):
        yield Fault(
            kind="no-schema", pointer=pointer, says="a schema is an object, or true or false"
        )
        return
    try:
        jsonschema_rs.meta.validate(schema)
    except jsonschema_rs.ValidationError as error:
        where = [str(part) for part in error.instance_path]
        place = pointer + "".join(f"/{escape(part)}" for part in where)
        says = " ".join(error.message.split())[:200]
        yield Fault(kind="no-schema", pointer=place, says=f"no JSON Schema: {says}")
    except (ValueError, RecursionError):
        return  # a meta-schema of its own, or too deep to be told


def _is_pattern(text: str) -> bool:
    """Whether any of the engines here knows it: each lacks something of what others have."""
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        try:
            jsonschema_rs.Draft202012Validator({"pattern": text})
        except (ValueError, RecursionError):
            return False
    return True


def _impossible(node: Any, pointer: str, depth: int) -> Iterator[Fault]:
    """Closed objects that require a property which they do not allow, and patterns that are none."""
    if depth > _MAX_DEPTH or not isinstance(node, dict):
        return
    pattern = node.get("pattern")
    if isinstance(pattern, str) and not _is_pattern(pattern):
        says = f"no regular expression: {pattern[:80]}"
        yield Fault(kind="no-schema", pointer=f"{pointer}/pattern", says=says)
    properties, required = node.get("properties"), node.get("required")
    is_closed = node.get("additionalProperties") is False and not _OPEN & node.keys()
    if is_closed and isinstance(properties, dict) and isinstance(required, list):
        for name in required:
            if isinstance(name, str) and name not in properties:
                says = f"{name!r} is required and not allowed: nothing satisfies this schema"
                yield Fault(kind="impossible-schema", pointer=f"{pointer}/required", says=says)
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        yield from _impossible(inner, f"{pointer}/properties/{escape(str(name))}", depth + 1)
    yield from _impossible(node.get("items"), f"{pointer}/items", depth + 1)
