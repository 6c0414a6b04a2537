"""One change of a request, and what the document says of it."""

from __future__ import annotations

from typing import Any, Literal
from zlib import crc32

import msgspec

Place = Literal["path", "query", "headers", "cookies", "body", "raw", "method", "trim", "fill"]
Way = tuple[str | int, ...]


class Edit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`value` stands at `at` in a part of the request; UNSET: what stands there is taken away.

    `at` is a parameter's name, or the way into the JSON body (empty: all of it). `raw` replaces the
    body by a text of the media type `media`, `method` the method. `trim` takes away what may go, and
    `fill` adds what may be there, all at once: `value` says it per part of the request.
    `scenario` is a slug of the kind of change, `what` says it in words. `valid` is whether the document
    allows it: None where that is not for the document to say. `beside` are other parameters of the same
    place that go with it.
    """

    place: Place
    at: Way = ()
    value: Any = msgspec.UNSET
    scenario: str
    what: str
    valid: bool | None = None
    media: str = ""
    beside: dict[str, Any] = {}

    @property
    def where(self) -> str:
        """The changed part in words: `query page`, `body #/lines/0/quantity`."""
        if self.place in ("trim", "fill"):
            return "the request"
        if self.place in ("raw", "method"):
            return "body" if self.place == "raw" else "method"
        if self.place != "body":
            return " and ".join((f"{self.place.removesuffix('s')} {self.at[0]}", *self.beside))
        return "body" + "".join(f"/{part}" for part in self.at)

    @property
    def slug(self) -> str:
        """What tells it from the other changes of its operation, whatever else the document gains."""
        if (
            self.place == "raw" and self.scenario != "documented-example"
        ):  # its text is made of the whole body, which may grow
            return f"{self.scenario}.{self.media}"
        if self.place in ("trim", "fill"):
            return self.scenario
        told = msgspec.json.encode([self.place, self.at, self.value is msgspec.UNSET, self.media])
        if self.beside:
            told += msgspec.json.encode(self.beside)
        value = b"" if self.value is msgspec.UNSET else msgspec.json.encode(self.value)
        at = ".".join(map(str, self.at)) or self.place
        return f"{self.scenario}.{at}.{crc32(told + value):08x}"

    @property
    def sends(self) -> bytes:
        """What it changes, whatever it is called: two edits that send the same are one."""
        told = [self.place, self.at, self.value, self.media, self.beside]
        return msgspec.json.encode([t for t in told if t is not msgspec.UNSET])


def difference(old: Any, new: Any) -> tuple[Way, Any] | None:
    """The smallest place where one JSON value differs from another, and what stands there.

    UNSET: nothing does. None where the two are equal. Several places give what holds them all.
    """
    if type(old) is type(new) and isinstance(old, dict):
        keys = [
            k
            for k in (*old, *(k for k in new if k not in old))
            if k not in old or k not in new or not _same(old[k], new[k])
        ]
        if not keys:
            return None
        if len(keys) > 1:
            return (), new
        return _below(keys[0], old, new)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        places = [i for i, (a, b) in enumerate(zip(old, new, strict=True)) if not _same(a, b)]
        if not places:
            return None
        return (
            _below(places[0], dict(enumerate(old)), dict(enumerate(new)))
            if len(places) == 1
            else ((), new)
        )
    return None if _same(old, new) else ((), new)


def _below(key: Any, old: dict[Any, Any], new: dict[Any, Any]) -> tuple[Way, Any] | None:
    if key not in new:
        return (key,), msgspec.UNSET
    if key not in old:
        return (key,), new[key]
    found = difference(old[key], new[key])
    return None if found is None else ((key, *found[0]), found[1])


def _same(one: Any, other: Any) -> bool:
    """As JSON sees it: 1 is not true, and 1 is not 1.0, which is written otherwise."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(v, other[k]) for k, v in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other
