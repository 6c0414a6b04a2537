"""Values made from a schema: valid, deterministic, and others for another `salt`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

import jsonschema_rs

from seamline.openapi.document import Document
from seamline.openapi.plain import plain, properties
from seamline.openapi.table.word import words
from seamline.rows.pattern import NotSimple, count, parse, text_at

NOTHING = object()
"""What stands where no value can be made."""

_MAX_DEPTH = 8
_TRIES = 40
_STEP = 9973
"""A prime apart: neighbouring numbers give texts that differ in their last letter only."""
_FROM = 36_481_729
"""The first text of many patterns is all zeros or a: this one looks more like what people write."""

Hook = Callable[[tuple[str, ...], Mapping[str, Any]], Any]
"""Asked first: (names on the way to the value, its plain schema) -> a value or `NOTHING`."""


class Maker:
    """Makes values of one document's schemas.

    `full` adds what is optional, `only` the one optional property of that number, `bare` leaves a body
    that is a list empty.
    `taken` holds by property the texts that exist already. `missing`
    collects what is required and could not be made.
    """

    def __init__(
        self,
        document: Document,
        *,
        salt: int = 0,
        full: bool = False,
        bare: bool = False,
        only: int = -1,
        hook: Hook = lambda path, schema: NOTHING,
        taken: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._document = document
        self._salt = salt
        self._full = full
        self._bare = bare
        self._only = only
        self._hook = hook
        self._taken = taken or {}
        self.missing: list[str] = []

    def value(self, schema: Any, path: tuple[str, ...] = ()) -> Any:
        """A value for a schema as written; `path` are the names that lead to it."""
        if schema is False:
            return NOTHING
        found = plain(self._document, schema)
        hooked = self._hook(path, found)
        if hooked is not NOTHING:
            return hooked
        said = self._said(found, path)
        if said is not NOTHING:
            return said
        if len(path) > _MAX_DEPTH:
            return NOTHING
        match found.get("type"):
            case "object":
                return self._object(found, path)
            case "array":
                return self._array(found, path)
            case "boolean":
                return False
            case "integer" | "number":
                return number(found, self._salt)
            case "null":
                return None
            case "string":
                return self._string(found, path)
        return {} if not path or properties(found) else self._string(found, path)

    def _said(self, schema: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        """What the document itself gives: a constant, an example, a default, one of an enum."""
        if "const" in schema:
            return schema["const"]
        is_taken = path and path[-1] in self._taken
        other = self._salt > 0 and "pattern" in schema and _can(schema)
        if not is_taken and not other:
            if "example" in schema:
                return schema["example"]
            examples = schema.get("examples")
            if isinstance(examples, list) and examples:
                return examples[self._salt % len(examples)]
            if schema.get("default") is not None and schema.get("type") not in ("object", "array"):
                return schema["default"]
        options = schema.get("enum")
        return options[0] if isinstance(options, list) and options else NOTHING

    def _object(self, schema: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        known, made = properties(schema), {}
        required = [r for r in schema.get("required") or () if isinstance(r, str)]
        optional = [n for n in known if n not in required]
        for name in required:
            value = self.value(known.get(name, {}), (*path, name))
            if value is NOTHING:
                self.missing.append("/".join((*path, name)))
            else:
                made[name] = value
        least = schema.get("minProperties")
        least = int(least) if isinstance(least, int | float) else 0
        for number, name in enumerate(optional):
            chosen = (number == self._only and not path) or (self._full and len(path) < 2)
            if len(made) >= least and not chosen:
                continue
            inner = plain(self._document, known[name])
            value = NOTHING if inner.get("readOnly") else self.value(known[name], (*path, name))
            if value is not NOTHING:
                made[name] = value
        return made

    def _array(self, schema: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        least = schema.get("minItems")
        least = int(least) if isinstance(least, int | float) else 0
        # A body that is an empty list would be accepted everywhere and do nothing.
        wanted = max(
            least, 1 if (not path and not self._bare) or (self._full and len(path) < 2) else 0
        )
        made: list[Any] = []
        for turn in range(min(wanted, 20)):
            one = Maker(
                self._document,
                salt=self._salt + turn,
                full=self._full,
                bare=self._bare,
                hook=self._hook,
                taken=self._taken,
            )
            value = one.value(schema.get("items", {}), path)
            self.missing += one.missing
            if value is NOTHING:
                return [] if not least else NOTHING
            made.append(value)
        return made

    def _string(self, schema: Mapping[str, Any], path: tuple[str, ...]) -> Any:
        name = path[-1] if path else "value"
        taken = self._taken.get(name, ())
        for text in texts(schema, name, self._salt):
            if text not in taken and agrees(schema, text):
                return text
        return NOTHING


def _can(schema: Mapping[str, Any]) -> bool:
    return any(agrees(schema, t) for t in texts(schema, "value", 1))


def number(schema: Mapping[str, Any], salt: int = 0) -> Any:
    """A small number within the bounds; a larger one for a larger salt, where there is room."""
    low, high = _bound(schema, "minimum", 1), _bound(schema, "maximum", -1)
    start = max(low, 1) if low is not None else 1 if high is None or high >= 1 else high
    value = start + salt if high is None else min(start + salt, high)
    step = schema.get("multipleOf")
    if isinstance(step, int | float) and not isinstance(step, bool) and step > 0:
        value = -(-value // step) * step
    if schema.get("type") == "integer":
        value = int(-(-value // 1))
    return int(value) if float(value).is_integer() else value


def _bound(schema: Mapping[str, Any], key: str, toward: int) -> float | None:
    """The bound that holds; an exclusive one is moved by one, or by less where no whole number fits."""
    bound, exclusive = schema.get(key), schema.get(f"exclusive{key.title()}")
    if exclusive is True and isinstance(bound, int | float):
        return bound + toward
    if isinstance(exclusive, int | float) and not isinstance(exclusive, bool):
        return exclusive + toward
    return bound if isinstance(bound, int | float) and not isinstance(bound, bool) else None


def agrees(schema: Mapping[str, Any], text: str) -> bool:
    """Whether a text is as long and as shaped as the schema says."""
    least, most = schema.get("minLength"), schema.get("maxLength")
    if isinstance(least, int | float) and len(text) < least:
        return False
    if isinstance(most, int | float) and len(text) > most:
        return False
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        validator = _of_pattern(pattern)
        return validator is None or validator.is_valid(text)
    return True


@lru_cache(maxsize=4096)
def _of_pattern(pattern: str) -> jsonschema_rs.Validator | None:
    """What holds texts against it in bounded time; None where it is no pattern."""
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (ValueError, RecursionError):
        return None


def texts(schema: Mapping[str, Any], name: str, salt: int) -> Iterator[str]:
    """Texts to try, the most speaking first: by format, by name, plain, by pattern."""
    least, most = schema.get("minLength"), schema.get("maxLength")
    low = int(least) if isinstance(least, int | float) else 0
    high = int(most) if isinstance(most, int | float) else None
    yield from _by_format(str(schema.get("format") or ""), name, salt)
    yield from _by_name(name, salt)
    word = "".join(words(name)) or "value"
    for suffix in (f"{salt + 1}", *(f"{salt + 1}{c}" for c in "abcdefgh")):
        stem = f"seam{word}"
        stem = stem if high is None else stem[: max(high - len(suffix), 0)]
        text = stem + "x" * (low - len(stem) - len(suffix)) + suffix
        yield from (text, text.upper())
    yield from ("a" * max(low, 1), "A" * max(low, 1), "1" * max(low, 1))
    yield from _by_pattern(schema.get("pattern"), salt)


def _by_pattern(pattern: Any, salt: int) -> Iterator[str]:
    if not isinstance(pattern, str):
        return
    try:
        node = parse(pattern)
        total = count(node)
    except (NotSimple, RecursionError):
        return
    for turn in range(_TRIES):
        yield text_at(node, ((salt * _TRIES + turn) * _STEP + _FROM) % total)


def _by_format(form: str, name: str, salt: int) -> Iterator[str]:
    mark = crc32(name.encode()) & 0xFFFF
    known = {
        "uuid": f"5ea00000-0000-4000-8000-{mark:04x}{salt + 1:08x}",
        "date-time": f"2030-01-31T12:00:{salt % 60:02d}Z",
        "date": f"2030-01-{salt % 28 + 1:02d}",
        "time": f"12:00:{salt % 60:02d}Z",
        "duration": f"PT{salt + 1}H",
        "email": f"seam{salt + 1}@example.com",
        "idn-email": f"seam{salt + 1}@example.com",
        "uri": f"https://example.com/{salt + 1}",
        "url": f"https://example.com/{salt + 1}",
        "uri-reference": f"/{salt + 1}",
        "hostname": f"seam{salt + 1}.example.com",
        "ipv4": f"192.0.2.{salt % 250 + 1}",
        "ipv6": f"2001:db8::{salt + 1:x}",
        "byte": "c2VhbQ==",
        "password": f"Seam-line-{salt + 1}-pass",
    }
    if form in known:
        yield known[form]


def _by_name(name: str, salt: int) -> Iterator[str]:
    turn = salt + 1
    known = {
        "email": f"seam{turn}@example.com",
        "mail": f"seam{turn}@example.com",
        "url": f"https://example.com/{turn}",
        "uri": f"https://example.com/{turn}",
        "link": f"https://example.com/{turn}",
        "href": f"https://example.com/{turn}",
        "website": f"https://example.com/{turn}",
        "phone": f"+4930{1000000 + turn}",
        "password": f"Seam-line-{turn}-pass",
        "currency": "EUR",
        "country": "DE",
        "language": "en",
        "locale": "en",
        "timezone": "UTC",
        "cron": "0 0 * * *",
        "color": "#336699",
        "uuid": f"5ea00000-0000-4000-8000-{turn:012x}",
    }
    last = words(name)[-1:]
    if last and last[0] in known:
        yield known[last[0]]
