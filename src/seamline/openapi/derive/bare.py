"""A document without its examples: a generator starts from them, and every change is then one of many."""

from __future__ import annotations

from typing import Any

_EXAMPLES = frozenset(("example", "examples"))
_NAMED = frozenset(("properties", "patternProperties", "definitions", "$defs", "schemas"))
"""Their keys are names: one that is called `example` is none."""
_VALUES = frozenset(("enum", "const", "default"))


def without_examples(node: Any) -> Any:
    """A copy of a document that has none; what it shares with the document is not to be changed."""
    if isinstance(node, list):
        return [without_examples(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _named(value)
        if key in _NAMED
        else value
        if key in _VALUES
        else without_examples(value)
        for key, value in node.items()
        if key not in _EXAMPLES
    }


def _named(node: Any) -> Any:
    if not isinstance(node, dict):
        return without_examples(node)
    return {name: without_examples(value) for name, value in node.items()}
