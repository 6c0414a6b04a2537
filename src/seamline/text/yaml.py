"""Plain values from libyaml's events, by the core schema of YAML 1.2: dates and `NO` stay text.

Events and not nodes: the composer of libyaml's binding recurses in C and falls over 200,000 brackets.
What aliases add is bounded, since whoever walks the values walks every alias of them. Who needs more
than the values (positions, strictness) overrides a hook.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
STR = "tag:yaml.org,2002:str"
LONGEST_NUMBER = 4300
"""Characters; `int` refuses more (`sys.int_info.default_max_str_digits`)."""

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class Refused(Exception):
    """Valid YAML that is not read: too deep, too many aliases, keys that are no text.

    `offset` counts characters from the start, `line` from 1.
    """

    def __init__(self, event: yaml.Event, why: str) -> None:
        mark = event.start_mark
        self.offset = mark.index if mark is not None else 0
        self.line = mark.line + 1 if mark is not None else 1
        self.why = why
        super().__init__(f"line {self.line}: {why}")


class Frame:
    """A mapping or sequence that is being filled. `nodes` counts what it holds, itself included."""

    def __init__(self, container: dict[str, Any] | list[Any], anchor: str | None) -> None:
        self.container = container
        self.anchor = anchor
        self.key: Any = None
        self.nodes = 1

    @property
    def awaits_key(self) -> bool:
        """Whether a key comes next."""
        return isinstance(self.container, dict) and self.key is None


class Composer:
    """Takes the events of one document; `value` is what they say."""

    max_depth = 500
    max_aliased = 200_000

    def __init__(self) -> None:
        self.value: Any = None
        self.frames: list[Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}  # a value and how many it holds
        self._aliased = 0

    # -- hooks -----------------------------------------------------------------------------------

    def placed(self, event: yaml.Event) -> None:
        """A value begins, at the place that the frames say."""

    def keyed(self, event: yaml.ScalarEvent) -> Any:
        """The key that a scalar is, as it stands in the mapping."""
        return event.value

    def scalar(self, event: yaml.ScalarEvent) -> Any:
        """The value that a scalar is."""
        return event.value if is_text(event) else core(event.value)

    def put(self, mapping: dict[str, Any], key: Any, value: Any) -> None:
        """A mapping gets a value."""
        mapping[key] = value

    # -- events ----------------------------------------------------------------------------------

    def take(self, event: yaml.Event) -> None:
        """The next event. Raises `Refused`."""
        if isinstance(event, yaml.ScalarEvent):
            if self._awaits_key():
                self.frames[-1].key = self.keyed(event)
            else:
                self.placed(event)
                self._add(self.scalar(event), 1, event.anchor)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self.frames.pop()
            self._add(frame.container, frame.nodes, frame.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)

    def _awaits_key(self) -> bool:
        return bool(self.frames) and self.frames[-1].awaits_key

    def _refuse_as_key(self, event: yaml.Event) -> None:
        if self._awaits_key():
            raise Refused(event, "a key must be plain text")

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._refuse_as_key(event)
        if len(self.frames) >= self.max_depth:
            raise Refused(event, f"nested more than {self.max_depth} levels deep")
        self.placed(event)
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        mapping = isinstance(event, yaml.MappingStartEvent)
        self.frames.append(Frame({} if mapping else [], event.anchor))

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._refuse_as_key(event)
        name = event.anchor
        if name is None or name not in self._anchors:
            inside = any(frame.anchor == name for frame in self.frames)
            why = "stands inside what it names" if inside else "names no anchor before it"
            raise Refused(event, f"the alias {name!r} {why}")
        value, nodes = self._anchors[name]
        self._aliased += nodes
        if self._aliased > self.max_aliased:
            raise Refused(event, f"aliases repeat more than {self.max_aliased} values")
        self.placed(event)
        self._add(value, nodes, None)

    def _add(self, value: Any, nodes: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, nodes)
        if not self.frames:
            self.value = value
            return
        frame = self.frames[-1]
        frame.nodes += nodes
        if isinstance(frame.container, list):
            frame.container.append(value)
        else:
            self.put(frame.container, frame.key, value)
            frame.key = None


def is_text(event: yaml.ScalarEvent) -> bool:
    """Whether a scalar is text whatever it says: quoted, or tagged as a string."""
    return event.tag == STR or (event.tag in (None, "!") and not event.implicit[0])


def core(text: str) -> Any:
    """What a plain scalar means by the core schema; a number that is too long to be read stays text."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        return int(text) if len(text) <= LONGEST_NUMBER else text
    if _HEX.fullmatch(text):
        return int(text, 0) if len(text) <= LONGEST_NUMBER else text
    if _FLOAT.fullmatch(text):
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    return text


def is_long_number(text: str) -> bool:
    """Whether a text was too long to be read as the number that it is."""
    return len(text) > LONGEST_NUMBER and bool(_INT.fullmatch(text) or _HEX.fullmatch(text))
