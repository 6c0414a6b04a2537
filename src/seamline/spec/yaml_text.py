"""YAML 1.2 core schema from libyaml's events: `NO` is a string, no key comes twice, aliases are bounded.

Events and not nodes: the composer of libyaml's binding recurses in C and falls over 200,000 brackets.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from seamline.spec.position import (
    MAX_DEPTH,
    NUMBER_TOO_LONG,
    TOO_DEEP,
    KeyPath,
    Malformed,
    Marks,
    Problem,
)
from seamline.spec.tree import Tree

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_ALIASED = 100_000  # values that aliases may add to a document
_TAG = "tag:yaml.org,2002:"
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


def decode(text: str) -> Tree:
    """The one document in `text`. Raises `Malformed` where it is not YAML of the core schema."""
    composer = _Composer()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            composer.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Malformed(mark.index if mark else 0, f"not valid YAML: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        raise Malformed(_offset(text, error), f"not valid YAML: {error.reason}") from None
    return Tree(composer.value, composer.repeated, lambda: composer.marks)


def _offset(text: str, error: yaml.reader.ReaderError) -> int:
    """The C reader counts bytes, the Python one characters; both name the character."""
    code = error.character if isinstance(error.character, int) else -1
    found = text.find(chr(code)) if 0 <= code <= 0x10FFFF else -1
    return found if found >= 0 else min(error.position, len(text))


class _Frame:
    """A mapping or sequence that is being filled. `nodes` counts what it holds, itself included."""

    def __init__(self, container: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.container = container
        self.anchor = anchor
        self.key: str | None = None
        self.nodes = 1

    def awaits_key(self) -> bool:
        return isinstance(self.container, dict) and self.key is None


class _Composer:
    def __init__(self) -> None:
        self.value: Any = None
        self.repeated: list[Problem] = []
        self.marks = Marks({}, {})
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}  # a value and how many it holds
        self._aliased = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        at = event.start_mark.index if event.start_mark is not None else 0
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Malformed(at, "the file holds a second document")
        elif isinstance(event, yaml.ScalarEvent):
            if self._frames and self._frames[-1].awaits_key():
                self._begin_key(event.value, at)
            else:
                self._remember(event.anchor, value := _scalar(event, at), 1)
                self._put(value, 1, at)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event, at)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self._frames.pop()
            self._remember(frame.anchor, frame.container, frame.nodes)
            self._put(frame.container, frame.nodes, None)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor, at)

    def _open(self, event: yaml.CollectionStartEvent, at: int) -> None:
        self._refuse_as_key(at)
        mapping = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _TAG + ("map" if mapping else "seq")):
            raise Malformed(at, f"the tag {event.tag!r} is not supported")
        if len(self._frames) >= MAX_DEPTH:
            raise Malformed(at, TOO_DEEP)
        self.marks.values[self._path()] = at
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        self._frames.append(_Frame({} if mapping else [], event.anchor))

    def _alias(self, name: str | None, at: int) -> None:
        self._refuse_as_key(at)
        if name is None or name not in self._anchors:
            inside = any(frame.anchor == name for frame in self._frames)
            why = "stands inside what it names" if inside else "names no anchor before it"
            raise Malformed(at, f"the alias {name!r} {why}")
        value, nodes = self._anchors[name]
        self._aliased += nodes
        if self._aliased > _MAX_ALIASED:
            raise Malformed(at, f"aliases repeat more than {_MAX_ALIASED} values")
        self._put(value, nodes, at)

    def _refuse_as_key(self, at: int) -> None:
        if self._frames and self._frames[-1].awaits_key():
            raise Malformed(at, "a key must be plain text")

    def _begin_key(self, key: str, at: int) -> None:
        frame = self._frames[-1]
        frame.key = key
        path = self._path()
        self.marks.keys[path] = at
        if key in frame.container:
            self.repeated.append(Problem(path=path, text="this key is given twice", offset=at))

    def _remember(self, anchor: str | None, value: Any, nodes: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, nodes)

    def _put(self, value: Any, nodes: int, at: int | None) -> None:
        if at is not None:
            self.marks.values[self._path()] = at
        if not self._frames:
            self.value = value
            return
        frame = self._frames[-1]
        frame.nodes += nodes
        if isinstance(frame.container, list):
            frame.container.append(value)
        elif frame.key is not None:
            frame.container[frame.key] = value
            frame.key = None

    def _path(self) -> KeyPath:
        return tuple(
            len(f.container) if isinstance(f.container, list) else f.key or "" for f in self._frames
        )


def _scalar(event: yaml.ScalarEvent, at: int) -> Any:
    text: str = event.value
    tag = event.tag
    if tag == _TAG + "str" or (tag in (None, "!") and not event.implicit[0]):
        return text
    value = _plain(text, at)
    if tag is not None and tag != _TAG + _name(value):
        raise Malformed(at, f"the tag {tag!r} is not supported here")
    return value


def _name(value: Any) -> str:
    return {bool: "bool", int: "int", float: "float", str: "str"}.get(type(value), "null")


def _plain(text: str, at: int) -> Any:
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        if len(text) > 4300:
            raise Malformed(at, NUMBER_TOO_LONG)
        return int(text)
    if _HEX.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    return text
