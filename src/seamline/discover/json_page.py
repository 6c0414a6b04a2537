"""JSON as a person reads it: what fits stands on one line, the rest one member a line."""

from __future__ import annotations

import json
from typing import Any

WIDTH = 120
_INDENT = 2


def page(value: Any) -> str:
    """The text of a spec file; the top level is never on one line. Stable: the same value, the same bytes."""
    return "".join(_lines(value, 0, 0, is_top=True)) + "\n"


def _lines(value: Any, depth: int, before: int, *, is_top: bool = False) -> list[str]:
    """The text of a value that starts `before` characters into its line; a comma may follow."""
    if not isinstance(value, dict | list) or not value:
        return [_compact(value)]
    if not is_top:
        flat = _compact(value)
        if before + len(flat) + 1 <= WIDTH and not _is_endpoint(value):
            return [flat]
    inner = " " * (_INDENT * (depth + 1))
    opened, closed = ("{", "}") if isinstance(value, dict) else ("[", "]")
    parts = [opened, "\n"]
    members = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for number, (key, item) in enumerate(members):
        label = "" if key is None else f"{json.dumps(key, ensure_ascii=False)}: "
        parts += [",\n"] if number else []
        parts += [inner, label, *_lines(item, depth + 1, len(inner) + len(label))]
    return [*parts, "\n", " " * (_INDENT * depth), closed]


def _is_endpoint(value: Any) -> bool:
    """An endpoint keeps its members apart even where it is short."""
    return isinstance(value, dict) and "endpoint" in value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
