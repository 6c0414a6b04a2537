"""JSON Schemas of the three files, made from the structs, so that editors complete and check them."""

from __future__ import annotations

import inspect
from typing import Any, Literal

import msgspec

from seamline.model.vocabulary import RowOp
from seamline.spec.data import DataFramework
from seamline.spec.endpoints import EndpointSpec, EndpointSpecs
from seamline.spec.project import ProjectFile

Kind = Literal["endpoints", "data", "project"]

_SHAPES: dict[Kind, tuple[type, ...]] = {
    "endpoints": (EndpointSpecs, EndpointSpec),
    "data": (DataFramework,),
    "project": (ProjectFile,),
}
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def export(kind: Kind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one file."""
    shapes = _SHAPES[kind]
    refs, definitions = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    schema: dict[str, Any] = {
        "$schema": _DIALECT,
        "$id": f"urn:seamline:schema:{kind}:1",
        "title": shapes[0].__name__,
        "description": definitions[shapes[0].__name__]["description"],
        "$defs": definitions,
    }
    if kind == "endpoints":
        whole, entry = refs
        schema["anyOf"] = [whole, entry, {"type": "array", "items": entry}]
        _describe_error_effects(definitions["Effects"]["properties"]["error"])
    else:
        schema |= refs[0]
    _tidy(schema)
    return schema


def _describe_error_effects(error: dict[str, Any]) -> None:
    """`reason` is a text, every other key a table: what the struct's one value type cannot say."""
    ops = msgspec.json.schema(RowOp)
    error["properties"] = {"reason": {"type": "string"}}
    error["additionalProperties"] = {"anyOf": [ops, {"type": "array", "items": ops}]}


def _tidy(node: Any) -> None:
    """Docstrings lose their indentation, and word lists the pattern that only repeats them."""
    if isinstance(node, dict):
        if "enum" in node:
            node.pop("pattern", None)
        if isinstance(node.get("description"), str):
            node["description"] = inspect.cleandoc(node["description"])
        for item in node.values():
            _tidy(item)
    elif isinstance(node, list):
        for item in node:
            _tidy(item)
