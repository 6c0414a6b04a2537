"""References that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seamline.openapi.document import Document
from seamline.openapi.fault.fault import Fault
from seamline.text.pointer import escape

_MAX_DEPTH = 200
_DATA = frozenset(("example", "default", "enum", "const", "mapping"))
"""What stands below is no part of the document: `$ref` is a name there like any other."""


def dangling(document: Document) -> Iterator[Fault]:
    """Each target once, told where it is referred to first."""
    seen: set[str] = set()
    for where, ref in _references(document.raw, "#", 0, named=False):
        if ref in seen:
            continue
        seen.add(ref)
        if not ref.startswith("#"):
            says = f"{ref} was not read: it is not there, or lies outside the project and the host"
            yield Fault(kind="unread-reference", pointer=where, says=says)
        elif ref != "#" and not ref.startswith("#/"):
            if not _has_anchor(document.raw, ref[1:], 0):
                says = f"{ref} is the name of no schema"
                yield Fault(kind="dangling-reference", pointer=where, says=says)
        elif document.follow({"$ref": ref})[0] is None and not _is_null(document, ref):
            says = f"{ref} leads nowhere, or round in a circle"
            yield Fault(kind="dangling-reference", pointer=where, says=says)


def _is_null(document: Document, ref: str) -> bool:
    node: Any = document.raw
    for token in ref[2:].split("/"):
        name = token.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or name not in node:
            return False
        node = node[name]
    return node is None


def _references(node: Any, where: str, depth: int, named: bool) -> Iterator[tuple[str, str]]:
    """Pointer and target of each; `named`: the keys of `node` are names that its author chose."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, list):
        for index, one in enumerate(node):
            yield from _references(one, f"{where}/{index}", depth + 1, named=False)
    elif isinstance(node, dict):
        ref = node.get("$ref")
        if isinstance(ref, str) and not named:
            yield where, ref
        for key, value in node.items():
            if (key not in _DATA or named) and isinstance(value, dict | list):
                below = f"{where}/{escape(str(key))}"
                # The values of named examples are data, in lists as in maps.
                if key in ("examples", "value") and not named:
                    if key == "examples" and isinstance(value, dict):
                        yield from _example_references(value, below)
                    continue
                yield from _references(value, below, depth + 1, named=key in _NAMED and not named)


_NAMED = frozenset(("properties", "patternProperties", "$defs", "definitions", "schemas"))


def _example_references(examples: dict[str, Any], where: str) -> Iterator[tuple[str, str]]:
    for name, one in examples.items():
        if isinstance(one, dict) and isinstance(one.get("$ref"), str):
            yield f"{where}/{escape(str(name))}", one["$ref"]


def _has_anchor(node: Any, name: str, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        return True
    if isinstance(node, list):
        return any(_has_anchor(one, name, depth + 1) for one in node)
    if not isinstance(node, dict):
        return False
    if name in (node.get("$anchor"), node.get("$dynamicAnchor")):
        return True
    return any(_has_anchor(one, name, depth + 1) for one in node.values())
