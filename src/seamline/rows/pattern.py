"""Texts that match a regular expression, by number: distinct numbers, distinct texts."""

from __future__ import annotations

import string

import msgspec

from seamline.rows.limit import python_regex

_WORD = string.ascii_lowercase + string.digits + "_" + string.ascii_uppercase
_PRINTABLE = string.ascii_lowercase + string.digits + string.ascii_uppercase + "-_.~!#$%&*+=@:;,/ "
_CLASSES = {"d": string.digits, "w": _WORD, "s": " "}
_MORE = 6
"""How much longer than its minimum an open repetition may grow."""


class NotSimple(Exception):
    """The expression has something that is not enumerated here (look-around, back-references)."""


class Node(msgspec.Struct, frozen=True):
    """A part: one of `chars`, or all `parts` in turn, or one of `either`; that low to high times."""

    chars: str = ""
    parts: tuple[Node, ...] = ()
    either: tuple[Node, ...] = ()
    low: int = 1
    high: int = 1


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise NotSimple
        self.at += 1
        return char

    def either(self) -> Node:
        options = [self.sequence()]
        while self.peek() == "|":
            self.take()
            options.append(self.sequence())
        return options[0] if len(options) == 1 else Node(either=tuple(options))

    def sequence(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            char = self.take()
            if char in "^$":
                continue  # ends are handled by the whole, which is always matched in full
            parts.append(self.repeated(self.atom(char)))
        return Node(parts=tuple(parts))

    def atom(self, char: str) -> Node:
        if char == "(":
            if self.peek() == "?":
                self.take()
                if self.take() != ":":
                    raise NotSimple
            inner = self.either()
            if self.take() != ")":
                raise NotSimple
            return inner
        if char == "[":
            return Node(chars=self.members())
        if char == ".":
            return Node(chars=_WORD)
        return Node(chars=self.escaped() if char == "\\" else char)

    def escaped(self) -> str:
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char.lower() in _CLASSES:
            return "".join(c for c in _PRINTABLE if c not in _CLASSES[char.lower()])
        if char.isalnum():
            known = {"t": "\t", "n": "\n", "r": "\r"}
            if char not in known:
                raise NotSimple
            return known[char]
        return char

    def members(self) -> str:
        negated = self.peek() == "^" and bool(self.take())
        found: list[str] = []
        while self.peek() != "]" or not found:
            char = self.take()
            chars = self.escaped() if char == "\\" else char
            if (
                self.peek() == "-"
                and self.text[self.at + 1 : self.at + 2] != "]"
                and len(chars) == 1
            ):
                self.take()
                last = self.take()
                last = self.escaped() if last == "\\" else last
                chars = "".join(map(chr, range(ord(chars), min(ord(last), ord(chars) + 300) + 1)))
            found.append(chars)
        self.take()
        members = "".join(dict.fromkeys("".join(found)))
        if negated:
            members = "".join(c for c in _PRINTABLE if c not in members)
        if not members:
            raise NotSimple
        # Letters first: the first texts are then the ones that people would write.
        return "".join(sorted(members, key=lambda c: (not c.isalnum(), c.isupper())))

    def repeated(self, node: Node) -> Node:
        char = self.peek()
        if char not in ("*", "+", "?", "{"):
            return node
        self.take()
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1), "{": (0, 0)}[char]
        if char == "{":
            end = self.text.find("}", self.at)
            bounds = self.text[self.at : end].split(",")
            if end < 0 or not bounds[0].isdigit():
                raise NotSimple
            self.at = end + 1
            low = int(bounds[0])
            high = (int(bounds[1]) if bounds[1] else None) if len(bounds) > 1 else low
        if self.peek() == "?":
            self.take()  # greedy or not: the same texts match
        top = low + _MORE if high is None else min(high, low + 2 * _MORE)
        return msgspec.structs.replace(Node(parts=(node,)), low=low, high=top)


def parse(regex: str) -> Node:
    """The parts of a regular expression. Raises `NotSimple`."""
    reader = _Reader(python_regex(regex).removeprefix("(?i)"))
    node = reader.either()
    if reader.peek():
        raise NotSimple
    return node


def count(node: Node) -> int:
    """How many texts the node has, counting ambiguous ones more than once."""
    if node.chars:
        return len(node.chars)
    once = sum(map(count, node.either))
    if not node.either:
        once = 1
        for part in node.parts:
            once *= count(part)
    return sum(once**times for times in range(node.low, node.high + 1))


def text_at(node: Node, k: int) -> str:
    """The text with number `k`, modulo `count`; the longest repetitions come first."""
    if node.chars:
        return node.chars[k % len(node.chars)]
    if (node.low, node.high) != (1, 1):
        once = msgspec.structs.replace(node, low=1, high=1)
        size = count(once)
        k %= count(node)
        for times in range(node.high, node.low - 1, -1):
            if k < size**times:
                return "".join(text_at(once, k // size**i % size) for i in range(times))
            k -= size**times
    if node.either:
        k %= sum(map(count, node.either))
        # The options take turns while they last.
        for option in node.either:
            if k < count(option):
                return text_at(option, k)
            k -= count(option)
    texts = []
    for part in reversed(node.parts):  # the last part turns fastest
        texts.append(text_at(part, k % count(part)))
        k //= count(part)
    return "".join(reversed(texts))
