"""Placeholders in seamline.toml: `{port}`, `{database_url}`, `{secret:jwt}`, `{env:HOME}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\{((?:secret:|env:)?[A-Za-z_][A-Za-z0-9_]*)\}")

Lookup = Callable[[str], str]


def fill(text: str, lookup: Lookup) -> str:
    """`text` with each placeholder replaced; braces around anything else stay as they are."""
    return _PLACEHOLDER.sub(lambda m: lookup(m[1]), text)


def fill_all(value: Any, lookup: Lookup) -> Any:
    """`fill` on every string inside `value` (lists and mappings are walked)."""
    if isinstance(value, str):
        return fill(value, lookup)
    if isinstance(value, Mapping):
        return {k: fill_all(v, lookup) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [fill_all(v, lookup) for v in value]
    return value
