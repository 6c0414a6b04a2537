"""References: values of a request that are looked up when it is sent, because rows are made again each time.

{"$row": "products[0].sku"}      a column of a seeded row, by table and position
{"$row": {"table": "products", "where": {"sku": "A1"}, "column": "id"}}
{"$from": "created#/id"}         an earlier step's answer: its label and a JSON Pointer
{"$identity": "customer.id"}     a column of the row that stands for an identity
{"$env": "NAME"}                 an environment variable
{"$join": ["/orders/", {"$from": "created#/id"}]}   the parts as one string
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol

import msgspec

from seamline.errors import SpecError
from seamline.spec.position import KeyPath
from seamline.spec.word import Pointer, Scalar
from seamline.text.suggest import did_you_mean

Kind = Literal["row", "from", "identity", "env", "join"]
KEYS = ("$row", "$from", "$identity", "$env", "$join")

_ROW = re.compile(r"(?P<table>[^\[\]]+)\[(?P<index>[0-9]{1,9})\]\.(?P<column>[^\[\].]+)")
_FROM = re.compile(r"(?P<label>[^#]+)(?P<pointer>#.*)", re.DOTALL)
_IDENTITY = re.compile(r"(?P<identity>[^.]+)\.(?P<column>[^.]+)")
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ReferenceProblem(SpecError):
    """A reference is not written as one, or points nowhere; the message names it."""

    slug = "reference"


class NothingThere(ReferenceProblem):
    """A well written reference to an earlier answer that does not have what it points at."""


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One reference; `kind` says which of the other fields count."""

    kind: Kind
    table: str = ""
    index: int = 0
    where: dict[str, Scalar] = {}
    column: str = ""
    label: str = ""
    pointer: str = ""
    identity: str = ""
    name: str = ""
    parts: tuple[Any, ...] = ()


class Lookup(Protocol):
    """Where references find their values. Each method raises `ReferenceProblem` or another
    `SpecError` for what is not there."""

    def row(self, table: str, index: int, where: Mapping[str, Any], column: str) -> Any:
        """A column of the row at a position among the seeded rows that match `where`."""

    def answer(self, label: str, pointer: str) -> Any:
        """The value at a JSON Pointer in the answer of an earlier step."""

    def identity(self, name: str, column: str) -> Any:
        """A column of the row that stands for an identity."""

    def env(self, name: str) -> str:
        """An environment variable."""


class _RowInWords(msgspec.Struct, forbid_unknown_fields=True):
    table: str
    column: str
    where: dict[str, Scalar] = {}
    index: int = 0


def is_reference(value: Any) -> bool:
    """Whether `value` is an object with a key that starts with `$`, and so means to be a reference."""
    return isinstance(value, dict) and any(key.startswith("$") for key in value)


def parse(value: dict[str, Any]) -> Reference:
    """The reference that `value` is. Raises `ReferenceProblem` where it is not well written."""
    key = next(key for key in value if key.startswith("$"))
    if key not in KEYS:
        hint = did_you_mean(key, KEYS)
        raise ReferenceProblem(f"{key!r} is no kind of reference ({', '.join(KEYS)}).{hint}")
    if len(value) > 1:
        raise ReferenceProblem(f"a reference has no key beside {key!r}")
    inside = value[key]
    match key:
        case "$row" if isinstance(inside, dict):
            return _row_in_words(inside)
        case "$row":
            found = _matched(_ROW, inside, "$row", "products[0].sku")
            return Reference(
                kind="row",
                table=found["table"],
                index=int(found["index"]),
                column=found["column"],
            )
        case "$from":
            found = _matched(_FROM, inside, "$from", "created#/id")
            if not _is_pointer(found["pointer"]):
                raise ReferenceProblem(f"$from: {found['pointer']!r} is not a JSON Pointer")
            return Reference(kind="from", label=found["label"], pointer=found["pointer"])
        case "$identity":
            found = _matched(_IDENTITY, inside, "$identity", "customer.id")
            return Reference(kind="identity", identity=found["identity"], column=found["column"])
        case "$env":
            _matched(_ENV, inside, "$env", "NAME")
            return Reference(kind="env", name=inside)
    if not isinstance(inside, list) or not all(map(_may_join, inside)):
        raise ReferenceProblem("$join must be a list of strings, numbers and references")
    return Reference(kind="join", parts=tuple(inside))


def _may_join(part: Any) -> bool:
    return is_reference(part) or (
        isinstance(part, str | int | float) and not isinstance(part, bool)
    )


def _matched(pattern: re.Pattern[str], text: Any, key: str, example: str) -> dict[str, str]:
    found = pattern.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ReferenceProblem(f"{key} must be written as {example!r}")
    return found.groupdict()


def _is_pointer(text: str) -> bool:
    try:
        msgspec.convert(text, Pointer)
    except msgspec.ValidationError:
        return False
    return True


def _row_in_words(inside: dict[str, Any]) -> Reference:
    try:
        row = msgspec.convert(inside, _RowInWords)
    except msgspec.ValidationError:
        row = None
    if row is None or row.index < 0:
        example = '{"table": "products", "where": {"sku": "A1"}, "column": "id"}'
        raise ReferenceProblem(f"$row must be written as {example}")
    return Reference(kind="row", **msgspec.structs.asdict(row))


def written_in(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every object in `value` that means to be a reference, with its path, outermost first."""
    if isinstance(value, dict):
        if is_reference(value):
            yield path, value
        for key, item in value.items():
            yield from written_in(item, (*path, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from written_in(item, (*path, index))


def references_in(value: Any) -> Iterator[Reference]:
    """Every reference in `value`, also those inside a `$join`. Raises `ReferenceProblem`."""
    return (parse(written) for _, written in written_in(value))


def resolve(value: Any, lookup: Lookup) -> Any:
    """`value` with every reference replaced by what `lookup` finds; a copy where something changed.

    Raises `ReferenceProblem`, or what `lookup` raises, for one that points nowhere.
    """
    if isinstance(value, dict):
        if is_reference(value):
            return _value_of(parse(value), lookup)
        return {key: resolve(item, lookup) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, lookup) for item in value]
    return value


def _value_of(reference: Reference, lookup: Lookup) -> Any:
    match reference.kind:
        case "row":
            return lookup.row(reference.table, reference.index, reference.where, reference.column)
        case "from":
            return lookup.answer(reference.label, reference.pointer)
        case "identity":
            return lookup.identity(reference.identity, reference.column)
        case "env":
            return lookup.env(reference.name)
    return "".join(_text(resolve(part, lookup)) for part in reference.parts)


def _text(part: Any) -> str:
    if isinstance(part, bool):
        return "true" if part else "false"
    if part is None or isinstance(part, dict | list):
        kind = "null" if part is None else "a list" if isinstance(part, list) else "an object"
        raise ReferenceProblem(f"$join: a part is {kind}, which is no text")
    return str(part)
