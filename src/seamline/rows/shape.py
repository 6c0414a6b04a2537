"""Values of the less common types: their k-th text, in the spelling that the engine prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from seamline.rows.source import Source, Wish
from seamline.rows.vocabulary import QUALITIES, THINGS

Maker = Callable[[int, tuple[int, ...]], Source]
_MASK = 2**32 - 1


def _uuid(salt: int, modifiers: tuple[int, ...]) -> Source:
    del modifiers

    def at(k: int) -> str:
        mixed = (k + salt) * 2654435761 & _MASK  # odd, so that no two are alike
        return f"{mixed:08x}-{mixed >> 8 & 0xFFFF:04x}-4{mixed >> 4 & 0xFFF:03x}-8{salt & 0xFFF:03x}-{k:012x}"

    return Source(at)


def _plain(form: Callable[[int], Any], size: int | None = None) -> Maker:
    return lambda salt, modifiers: Source(lambda k: form(k + salt % 97), size)


def _word(k: int) -> str:
    return f"{QUALITIES[k % 24]} {THINGS[k // 24 % 24]}" + (f" {k}" if k >= 576 else "")


def _time(k: int) -> str:
    second = (k * 61 + 8 * 3600) % 86400  # 61 and 86400 have no common divisor: no time twice
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _octets(k: int, join: str, form: str) -> str:
    return join.join(format(k >> shift & 255, form) for shift in (16, 8, 0))


def _vector(salt: int, modifiers: tuple[int, ...]) -> Source:
    long = modifiers[0] if modifiers else 3
    return Source(lambda k: "[" + ",".join(str((k + salt + i) % 1000) for i in range(long)) + "]")


OTHERS: dict[str, Maker] = {
    "uuid": _uuid,
    "time without time zone": _plain(_time, 86400),
    "time with time zone": _plain(lambda k: _time(k) + "+00", 86400),
    "interval": _plain(lambda k: f"{(k + 1) // 60:02d}:{(k + 1) % 60:02d}:00"),
    "bytea": _plain(lambda k: "\\x" + f"{k:08x}"),
    "inet": _plain(lambda k: "10." + _octets(k, ".", "d"), 2**24),
    "cidr": _plain(lambda k: "10." + _octets(k, ".", "d") + "/32", 2**24),
    "macaddr": _plain(lambda k: "02:00:00:" + _octets(k, ":", "02x"), 2**24),
    "macaddr8": _plain(lambda k: "02:00:00:ff:fe:" + _octets(k, ":", "02x"), 2**24),
    "tsvector": _plain(lambda k: f"'{_word(k).split()[0]}':1 'n{k}':2"),
    "tsquery": _plain(lambda k: f"'{_word(k).split()[0]}' & 'n{k}'"),
    "xml": _plain(lambda k: f'<item n="{k}">{_word(k)}</item>'),
    "jsonpath": _plain(lambda k: f'$."field{k}"'),
    "hstore": _plain(lambda k: f'"key"=>"{_word(k)}"'),
    "ltree": _plain(lambda k: f"top.{THINGS[k % 24]}.n{k}"),
    "lquery": _plain(lambda k: f"top.n{k}"),
    "point": _plain(lambda k: f"({k},{k % 90})"),
    "line": _plain(lambda k: f"{{1,-1,{k}}}"),
    "lseg": _plain(lambda k: f"[({k},0),({k},1)]"),
    "box": _plain(lambda k: f"({2 * k + 1},1),({2 * k},0)"),
    "path": _plain(lambda k: f"[({k},0),({k},1)]"),
    "polygon": _plain(lambda k: f"(({2 * k},0),({2 * k},1),({2 * k + 1},1))"),
    "circle": _plain(lambda k: f"<({3 * k},0),1>"),
    "geometry": _plain(lambda k: f"POINT({k % 180} {k % 90})"),
    "geography": _plain(lambda k: f"POINT({k % 180} {k % 90})"),
    "pg_lsn": _plain(lambda k: f"0/{k:X}"),
    "tid": _plain(lambda k: f"({k},1)"),
    "txid_snapshot": _plain(lambda k: f"{k + 1}:{k + 1}:"),
    "pg_snapshot": _plain(lambda k: f"{k + 1}:{k + 1}:"),
    "vector": _vector,
    "halfvec": _vector,
}


def bits(long: int) -> Source:
    """Bit strings of one length."""
    size = 2 ** min(long, 62)
    return Source(lambda k: format(k % size, f"0{long}b"), size)


def json_values(wish: Wish) -> Source | None:
    """Objects, or arrays where a CHECK or the default says so."""
    kind = wish.limit.json or ("array" if (wish.default or "").startswith("'[") else "object")
    salt = wish.salt % 97
    long = max(wish.limit.shortest, 1)
    forms: dict[str, Callable[[int], Any]] = {
        "object": lambda k: {"name": _word(k), "position": k + 1},
        "array": lambda k: [_word(k + i) for i in range(long)],
        "string": _word,
        "number": lambda k: k + 1,
        "boolean": lambda k: k % 2 == 0,
    }
    form = forms.get(kind)
    return (
        None if form is None else Source(lambda k: form(k + salt), 2 if kind == "boolean" else None)
    )


_DAY, _MOMENT = date(2024, 1, 1), datetime(2024, 1, 1, 8)


def ranges(subtype: str, salt: int) -> Source | None:
    """Ranges of a subtype, of which no two overlap."""
    if subtype in ("integer", "bigint", "numeric", "double precision", "real", "smallint"):
        return Source(lambda k: f"[{10 * (k + salt) + 1},{10 * (k + salt) + 6})")
    if subtype == "date":
        at: Callable[[int], date] = lambda k: _DAY + timedelta(days=7 * ((k + salt) % 300_000))  # noqa: E731
        return Source(lambda k: f"[{at(k)},{at(k) + timedelta(days=5)})", 300_000)
    if subtype.startswith("timestamp"):
        zone = "+00" if "with time" in subtype and "without" not in subtype else ""
        when: Callable[[int], datetime] = lambda k: _MOMENT + timedelta(hours=2 * (k + salt))  # noqa: E731
        return Source(lambda k: f'["{when(k)}{zone}","{when(k) + timedelta(hours=1)}{zone}")')
    if subtype.startswith("time "):
        return Source(
            lambda k: f"[{_hms(60 * ((k + salt) % 1440))},{_hms(60 * ((k + salt) % 1440) + 30)})",
            1440,
        )
    if subtype in ("text", "character varying", "citext"):
        return Source(lambda k: f"[a{k + salt:08d},a{k + salt:08d}z)")
    if subtype == "inet":
        return Source(
            lambda k: f"[10.{_octets(k + salt, '.', 'd')},10.{_octets(k + salt, '.', 'd')}]", 2**24
        )
    return None


def _hms(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
