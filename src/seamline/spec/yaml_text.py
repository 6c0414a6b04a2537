"""YAML of the spec files: strictly YAML 1.2's core schema, every value with its place, no key twice."""

from __future__ import annotations

from typing import Any

import yaml

from seamline.spec.position import (
    MAX_DEPTH,
    NUMBER_TOO_LONG,
    KeyPath,
    Malformed,
    Marks,
    Problem,
)
from seamline.spec.tree import Tree
from seamline.text.yaml import LOADER, Composer, Refused, core, is_long_number, is_text

_TAG = "tag:yaml.org,2002:"
_NAMES = {bool: "bool", int: "int", float: "float", str: "str"}


def decode(text: str) -> Tree:
    """The one document in `text`. Raises `Malformed` where it is not YAML of the core schema."""
    composer = _Strict()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            composer.take(event)
    except Refused as error:
        raise Malformed(error.offset, error.why) from None
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


class _Strict(Composer):
    max_depth = MAX_DEPTH
    max_aliased = 100_000

    def __init__(self) -> None:
        super().__init__()
        self.repeated: list[Problem] = []
        self.marks = Marks({}, {})
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Refused(event, "the file holds a second document")
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            kind = "map" if isinstance(event, yaml.MappingStartEvent) else "seq"
            if event.tag not in (None, "!", _TAG + kind):
                raise Refused(event, f"the tag {event.tag!r} is not supported")
        super().take(event)

    def placed(self, event: yaml.Event) -> None:
        self.marks.values[self._path()] = event.start_mark.index if event.start_mark else 0

    def keyed(self, event: yaml.ScalarEvent) -> str:
        key: str = event.value
        frame = self.frames[-1]
        frame.key = key
        path, at = self._path(), event.start_mark.index if event.start_mark else 0
        self.marks.keys[path] = at
        if key in frame.container:
            self.repeated.append(Problem(path=path, text="this key is given twice", offset=at))
        return key

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        if is_text(event):
            return event.value
        if is_long_number(event.value):
            raise Refused(event, NUMBER_TOO_LONG)
        value = core(event.value)
        if event.tag is not None and event.tag != _TAG + _NAMES.get(type(value), "null"):
            raise Refused(event, f"the tag {event.tag!r} is not supported here")
        return value

    def _path(self) -> KeyPath:
        return tuple(
            len(f.container) if isinstance(f.container, list) else f.key or "" for f in self.frames
        )
