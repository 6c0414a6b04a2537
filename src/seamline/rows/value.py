"""Values of one column, by its type, its name and what its constraints allow."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from seamline.model.catalog import Type
from seamline.rows.check import ways
from seamline.rows.limit import Limit, as_number
from seamline.rows.scalar import decimals, integers, moments
from seamline.rows.shape import OTHERS, bits, json_values, ranges
from seamline.rows.source import Source, Wish, choices, within
from seamline.rows.text import texts

_MODIFIER = re.compile(r"\((\d+)(?:,\s*(-?\d+))?\)")
_NEGATIVE = re.compile(
    r"delet|archiv|disab|lock|banned|revok|block|hidden|suspend|cancel|expired|fail|spam", re.I
)
_POSITIVE = re.compile(r"activ|enabl|verif|publish|visib|valid|confirm|approv|available", re.I)
_LITERAL = re.compile(r"'((?:[^']|'')*)'(?:::[\w ]+)?")
_STATE = re.compile(r"(^|_)(status|state|type|kind|role|level|mode|visibility|phase|stage)$", re.I)
_INTEGER_TYPES = ("smallint", "integer", "bigint", "oid", "xid", "cid", "xid8")
_TEXTS = ("text", "character varying", "character", "citext", "bpchar", "name", '"char"')
_DEPTH = 8


def source(wish: Wish) -> Source | None:
    """Values for `wish`; None where the type is unknown or nothing that it allows was found."""
    return _source(wish, 0)


def _source(wish: Wish, depth: int) -> Source | None:
    if depth > _DEPTH:
        return None
    if wish.type.endswith("[]"):
        return _array(wish, depth)
    bare, modifiers = split(wish.type)
    known = wish.types.get(bare)
    if known is not None:
        found = _made(known, wish, depth)
    elif (usual := _usual(bare, wish)) is not None:
        found = usual
    elif wish.limit.among is not None:
        found = _listed(bare, modifiers, wish)
    else:
        found = _scalar(bare, modifiers, wish)
    return None if found is None else within(found, _judged(bare, wish.limit), wish.rows)


def _usual(bare: str, wish: Wish) -> Source | None:
    """The default, where a value of our own would be a guess that the system cannot read: json, states."""
    literal = _LITERAL.fullmatch(wish.default or "")
    if literal is None or wish.limit.among is not None or wish.limit.patterns:
        return None
    text = literal.group(1).replace("''", "'")
    if bare in ("json", "jsonb") and not wish.limit.json and not wish.limit.shortest:
        try:
            value = msgspec.json.decode(text)
        except msgspec.DecodeError:
            return None
        return choices([value])
    return choices([text]) if bare in _TEXTS and text and _STATE.search(wish.name) else None


def split(type_name: str) -> tuple[str, tuple[int, ...]]:
    """`numeric(12,2)` -> numeric, (12, 2)."""
    found = _MODIFIER.search(type_name)
    if found is None:
        return type_name, ()
    bare = type_name[: found.start()] + type_name[found.end() :]
    return bare, tuple(int(g) for g in found.groups() if g is not None)


def _judged(bare: str, limit: Limit) -> Limit:
    """The part of a limit that can be judged on this type's values: a length says nothing of json."""
    if bare in _TEXTS:
        return limit
    return msgspec.structs.replace(limit, shortest=0, longest=None, patterns=(), letters="")


def _scalar(bare: str, modifiers: tuple[int, ...], wish: Wish) -> Source | None:
    if bare in _INTEGER_TYPES:
        return integers(wish, bare)
    if bare in ("numeric", "money", "real", "double precision"):
        return decimals(wish, (9, 2) if bare == "money" else modifiers)
    if bare == "boolean":
        return _booleans(wish)
    if bare in _TEXTS:
        longest = {"name": 63, '"char"': 1}.get(bare, modifiers[0] if modifiers else None)
        return texts(wish, 1 if bare == "character" and not modifiers else longest)
    if bare == "date":
        return moments(wish, step=8 * 86400 if wish.rows < 5000 else 86400, date=True)
    if bare in ("timestamp without time zone", "timestamp with time zone"):
        step = 4620 if wish.rows < 50_000 else 61
        return moments(wish, step=step, zone="+00:00" if "with time" in bare else "")
    if bare in ("json", "jsonb"):
        return json_values(wish)
    if bare in ("bit", "bit varying"):
        return bits(modifiers[0] if modifiers else 1 if bare == "bit" else 16)
    maker = OTHERS.get(bare.rpartition(".")[2])
    return maker(wish.salt, modifiers) if maker is not None else None


def _booleans(wish: Wish) -> Source:
    values = (True, False)
    spread: Callable[[int], int] = lambda i: i % 2  # noqa: E731
    if _NEGATIVE.search(wish.name):
        spread = lambda i: 0 if i % 6 == 5 else 1  # noqa: E731
    elif _POSITIVE.search(wish.name):
        spread = lambda i: 1 if i % 6 == 5 else 0  # noqa: E731
    return Source(lambda k: values[k % 2], 2, spread)


def _listed(bare: str, modifiers: tuple[int, ...], wish: Wish) -> Source | None:
    """The values that a CHECK lists, as the type has them."""
    found: list[Any] = []
    for value in wish.limit.among or ():
        number = as_number(value)
        if bare in _INTEGER_TYPES and number is not None and number == int(number):
            found.append(int(number))
        elif bare in ("numeric", "real", "double precision", "money") and number is not None:
            found.append(Decimal(number))
        elif isinstance(value, (bool, str)):
            text: dict[str, Any] = {"t": True, "true": True, "f": False, "false": False}
            found.append(
                text.get(value, value) if bare == "boolean" and isinstance(value, str) else value
            )
    if bare in ("character", "character varying") and modifiers:
        found = [v for v in found if not isinstance(v, str) or len(v) <= modifiers[0]]
    if not found:
        return None
    if bare == "boolean" and len(found) == 2:
        return _booleans(wish)
    return choices(found, wish.salt % len(found))


def _made(known: Type, wish: Wish, depth: int) -> Source | None:
    if known.kind == "enum":
        labels = [x for x in known.labels if wish.limit.allows(x)]
        return choices(labels) if labels else None
    if known.kind == "composite":
        fields = []
        for field in known.fields:
            inner = msgspec.structs.replace(
                wish, name=field.name, type=field.type, limit=Limit(), default=None
            )
            fields.append((field.name, _source(inner, depth + 1)))
        return Source(lambda k: {name: s.at(k) if s is not None else None for name, s in fields})
    if known.of is None:
        return None
    inner = msgspec.structs.replace(wish, type=known.of)
    if known.kind == "domain":
        own = ways(known.checks)
        limit = own[0].limits.get("VALUE", Limit()) if own else Limit()
        merged = limit.both(wish.limit)
        return (
            None
            if merged is None
            else _source(msgspec.structs.replace(inner, limit=merged), depth + 1)
        )
    if known.kind == "multirange":
        of = _source(msgspec.structs.replace(inner, limit=Limit()), depth + 1)
        return None if of is None else Source(lambda k: "{" + str(of.at(k)) + "}", of.size)
    subtype = wish.types.get(known.of)
    base = (
        subtype.of if subtype is not None and subtype.kind == "domain" and subtype.of else known.of
    )
    return ranges(split(base)[0], wish.salt % 97)


def _array(wish: Wish, depth: int) -> Source | None:
    """Arrays of two elements, or as many as a CHECK asks for."""
    bare = Limit() if wish.limit.among is None else Limit(among=wish.limit.among)
    if wish.limit.among is not None:
        return choices(list(wish.limit.among))
    inner = msgspec.structs.replace(wish, type=wish.type[:-2], limit=bare, default=None)
    element = _source(inner, depth + 1)
    long = max(wish.limit.shortest, 2 if wish.limit.longest is None else min(2, wish.limit.longest))
    if element is None or long == 0:
        return Source(lambda k: [], 1)
    at, size = element.at, element.size
    return Source(lambda k: [at(k + i) for i in range(long)], size)
