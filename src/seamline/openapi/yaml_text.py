"""YAML as OpenAPI means it (3.1, 4.4): the core schema of YAML 1.2, so dates and `NO` stay text.

From libyaml's events, not nodes: its composer recurses in C. Depth is bounded, and so is what aliases
add, since whoever walks the document walks every alias of it.
"""

from __future__ import annotations

import math
import re
from typing import Any

import yaml

MAX_DEPTH = 500
MAX_ALIASED = 200_000
"""Values that aliases may add to a document."""

_INT = re.compile(r"[-+]?[0-9]{1,4000}")
_HEX = re.compile(r"0o[0-7]{1,4000}|0x[0-9a-fA-F]{1,3000}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
_MERGE = object()
_STR = "tag:yaml.org,2002:str"


class Refused(Exception):
    """Valid YAML that is not read: too deep, too many aliases, keys that are no text."""


def decode(data: bytes) -> Any:
    """The first document in `data`. Raises `yaml.YAMLError` or `Refused`."""
    composer = _Composer()
    for event in yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.DocumentEndEvent):
            break
        composer.take(event)
    return composer.value


class _Frame:
    """A mapping or sequence that is being filled; `size` counts the values in it."""

    def __init__(self, container: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.container = container
        self.anchor = anchor
        self.key: Any = None
        self.size = 1


class _Composer:
    def __init__(self) -> None:
        self.value: Any = None
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._aliased = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            if self._awaits_key():
                self._frames[-1].key = _key(event)
            else:
                self._add(_scalar(event), 1, event.anchor)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if self._awaits_key():
                raise Refused(f"{_line(event)}: a key that is no plain text")
            if len(self._frames) >= MAX_DEPTH:
                raise Refused(f"nested more than {MAX_DEPTH} levels deep")
            container: dict[str, Any] | list[Any] = (
                {} if isinstance(event, yaml.MappingStartEvent) else []
            )
            self._frames.append(_Frame(container, event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self._frames.pop()
            self._add(frame.container, frame.size, frame.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _awaits_key(self) -> bool:
        frame = self._frames[-1] if self._frames else None
        return frame is not None and isinstance(frame.container, dict) and frame.key is None

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self._awaits_key() or event.anchor not in self._anchors:
            raise Refused(f"{_line(event)}: an alias that cannot stand here")
        value, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            raise Refused(f"aliases repeat more than {MAX_ALIASED} values")
        self._add(value, size, None)

    def _add(self, value: Any, size: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size)
        if not self._frames:
            self.value = value
            return
        frame = self._frames[-1]
        frame.size += size
        if isinstance(frame.container, list):
            frame.container.append(value)
            return
        if frame.key is _MERGE:
            _merge(frame.container, value)
        else:
            frame.container[frame.key] = value
        frame.key = None


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark is not None else "somewhere"


def _merge(into: dict[str, Any], value: Any) -> None:
    """`<<`: keys of other mappings; YAML 1.1, and in wide use. What is written out wins."""
    for mapping in value if isinstance(value, list) else (value,):
        if isinstance(mapping, dict):
            for key, inherited in mapping.items():
                into.setdefault(key, inherited)


def _key(event: yaml.ScalarEvent) -> Any:
    return _MERGE if event.value == "<<" and event.implicit[0] else str(event.value)


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.tag == _STR or not event.implicit[0]:
        return text
    lower = text.lower()
    if lower in _WORDS and text in (lower, lower.upper(), lower.capitalize()):
        return _WORDS[lower]
    if _INT.fullmatch(text):
        return int(text)
    if _HEX.fullmatch(text):
        return int(text, 0)
    number = float(text) if _FLOAT.fullmatch(text) else math.inf
    return text if math.isinf(number) else number
