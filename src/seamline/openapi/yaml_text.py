"""YAML as OpenAPI means it (3.1, 4.4): what JSON could say too, and the merge key `<<`."""

from __future__ import annotations

import math
from typing import Any

import yaml

from seamline.text.yaml import LOADER, STR, Composer, Refused, core

__all__ = ["Refused", "decode"]

_MERGE = object()


def decode(data: bytes) -> Any:
    """The first document in `data`. Raises `yaml.YAMLError` or `Refused`."""
    composer = _Document()
    for event in yaml.parse(data, Loader=LOADER):
        if isinstance(event, yaml.DocumentEndEvent):
            break
        composer.take(event)
    return composer.value


class _Document(Composer):
    def keyed(self, event: yaml.ScalarEvent) -> Any:
        return _MERGE if event.value == "<<" and event.implicit[0] else event.value

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        """Tags of a tool's own say nothing here; infinity is no JSON."""
        if event.tag == STR or not event.implicit[0]:
            return event.value
        value = core(event.value)
        return event.value if isinstance(value, float) and not math.isfinite(value) else value

    def put(self, mapping: dict[str, Any], key: Any, value: Any) -> None:
        """`<<` adds keys of other mappings; YAML 1.1, and in wide use. What is written out wins."""
        if key is not _MERGE:
            mapping[key] = value
            return
        for other in value if isinstance(value, list) else (value,):
            if isinstance(other, dict):
                for name, inherited in other.items():
                    mapping.setdefault(name, inherited)
