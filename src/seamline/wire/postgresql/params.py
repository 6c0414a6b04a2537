"""The parameters of a Bind message as text."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from struct import unpack, unpack_from

from seamline.wire.postgresql.codec import text_at

_VALUE = 1024
_COUNT = 200
_INTEGER = {2: "!h", 4: "!i", 8: "!q"}


def _integer(raw: bytes) -> str:
    return str(unpack(_INTEGER[len(raw)], raw)[0])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


_BINARY: dict[int, Callable[[bytes], str]] = {
    16: lambda raw: "t" if raw != b"\0" else "f",
    **dict.fromkeys((20, 21, 23, 26), _integer),
    **dict.fromkeys((19, 25, 114, 1042, 1043), _text),
    700: lambda raw: repr(unpack("!f", raw)[0]),
    701: lambda raw: repr(unpack("!d", raw)[0]),
    2950: lambda raw: str(uuid.UUID(bytes=raw)),
    3802: lambda raw: _text(raw[1:]),
}
"""How values of a type (by its oid) look as text when they come in binary."""


def params_of(bind: bytes, oids: tuple[int, ...]) -> tuple[tuple[str | None, ...], bool]:
    """The parameters of a Bind message, or of its beginning, and whether some were cut or left out."""
    try:
        return _params(bind, oids)
    except (struct.error, IndexError, ValueError):
        return (), True


def _params(bind: bytes, oids: tuple[int, ...]) -> tuple[tuple[str | None, ...], bool]:
    _, at, _ = text_at(bind, 5)
    _, at, _ = text_at(bind, at)
    (count,) = unpack_from("!H", bind, at)
    formats = unpack_from(f"!{count}H", bind, at + 2)
    at += 2 + 2 * count
    (total,) = unpack_from("!H", bind, at)
    at += 2
    values: list[str | None] = []
    cut = total > _COUNT
    for number in range(min(total, _COUNT)):
        if at + 4 > len(bind):
            return tuple(values), True
        (length,) = unpack_from("!i", bind, at)
        at += 4
        if length < 0:
            values.append(None)
            continue
        raw = bind[at : at + length]
        at += length
        binary = formats[number if count > 1 else 0] if count else 0
        oid = oids[number] if number < len(oids) else 0
        value = _decoded(raw, oid) if binary else _text(raw)
        cut = cut or len(value) > _VALUE or len(raw) < length
        values.append(value[:_VALUE])
    return tuple(values), cut


def _decoded(raw: bytes, oid: int) -> str:
    decode = _BINARY.get(oid)
    if decode is not None:
        try:
            return decode(raw)
        except (struct.error, KeyError, ValueError):
            pass
    return "\\x" + raw[: _VALUE + 1].hex()
