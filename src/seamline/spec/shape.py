"""Does a value have the shape of a struct? Every difference, in words: what was found, what is expected.

`msgspec.convert` decides and stops at the first difference; this walk runs only after it has refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from seamline.spec.position import KeyPath, Problem
from seamline.text.suggest import did_you_mean

_LONGEST_SHOWN = 60
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NAMES: dict[type[inspect.Type], str] = {
    inspect.StrType: "a string",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.DateType: "a date such as 2027-06-30",
    inspect.NoneType: "null",
    inspect.AnyType: "a value",
}


@lru_cache
def _type_of(shape: type) -> inspect.Type:
    return inspect.type_info(shape)


def shape_problems(value: Any, shape: type) -> Iterator[Problem]:
    """Everything in `value` that `msgspec.convert(value, shape)` would refuse."""
    return _check(value, _type_of(shape), (), {})


def found(value: Any) -> str:
    """A value in words, cut where it is long: `'abc'`, `5`, `a list`, `an object`, `null`."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str | int | float):
        shown = repr(value[:_LONGEST_SHOWN] if isinstance(value, str) else value)
        return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"
    return "a date or time"


def _check(
    value: Any, kind: inspect.Type, path: KeyPath, extra: dict[str, Any]
) -> Iterator[Problem]:
    match kind:
        case inspect.Metadata():
            yield from _check(value, kind.type, path, kind.extra or {})
        case inspect.UnionType():
            yield from _union(value, kind, path)
        case inspect.StructType() if isinstance(value, dict):
            yield from _struct(value, kind, path)
        case inspect.DictType() if isinstance(value, dict):
            for key, item in value.items():
                for problem in _check(key, kind.key_type, (*path, key), {}):
                    yield msgspec.structs.replace(problem, on_key=True)
                yield from _check(item, kind.value_type, (*path, key), {})
        case inspect.VarTupleType() if isinstance(value, list):
            if len(value) < (kind.min_length or 0):
                yield Problem(path=path, text=extra["must"])
            for index, item in enumerate(value):
                yield from _check(item, kind.item_type, (*path, index), {})
        case _:
            yield from _scalar(value, kind, path, extra)


def _scalar(
    value: Any, kind: inspect.Type, path: KeyPath, extra: dict[str, Any]
) -> Iterator[Problem]:
    words = kind.values if isinstance(kind, inspect.LiteralType) else extra.get("words", ())
    if not _fits(value, kind):
        wanted = _words(words) if words else _name(kind)
        yield Problem(path=path, text=f"expected {wanted}, found {found(value)}")
    elif not _obeys(value, kind):
        if len(words) > 1:
            yield Problem(path=path, text=_not_a_word(value, words))
        else:
            rule = extra.get("must", f"expected {_name(kind)}")
            yield Problem(path=path, text=f"{rule}, found {found(value)}")


def _not_a_word(value: str, words: Sequence[Any]) -> str:
    near = did_you_mean(value, [str(word) for word in words])
    return f"{found(value)} is not {_words(words)}.{near}"


def _struct(value: dict[str, Any], kind: inspect.StructType, path: KeyPath) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in kind.fields}
    for key, item in value.items():
        if key in fields:
            yield from _check(item, fields[key].type, (*path, key), {})
        elif key != kind.tag_field:
            text = (
                f"unknown key.{did_you_mean(key, [name for name in fields if name not in value])}"
            )
            yield Problem(path=(*path, key), text=text, on_key=True)
    for name, field in fields.items():
        if field.required and name not in value:
            yield Problem(path=path, text=f"the key {name!r} is missing")


def _union(value: Any, kind: inspect.UnionType, path: KeyPath) -> Iterator[Problem]:
    """The alternative of the value's own kind speaks; where there is none, all are named."""
    tagged = [t for t in kind.types if isinstance(t, inspect.StructType) and t.tag_field]
    if tagged and isinstance(value, dict):
        yield from _tagged(value, tagged, path)
        return
    fitting = [t for t in kind.types if _fits(value, t)]
    if not fitting:
        yield Problem(path=path, text=f"expected {_alternatives(kind)}, found {found(value)}")
        return
    answers = [list(_check(value, t, path, {})) for t in fitting]
    if all(answers):
        yield from answers[0]


def _tagged(
    value: dict[str, Any], kinds: list[inspect.StructType], path: KeyPath
) -> Iterator[Problem]:
    field = kinds[0].tag_field or ""
    by_tag = {str(kind.tag): kind for kind in kinds}
    tag = value.get(field)
    if field not in value:
        yield Problem(path=path, text=f"the key {field!r} is missing")
    elif not isinstance(tag, str):
        text = f"expected {_words(tuple(by_tag))}, found {found(tag)}"
        yield Problem(path=(*path, field), text=text)
    elif tag not in by_tag:
        yield Problem(path=(*path, field), text=_not_a_word(tag, tuple(by_tag)))
    else:
        yield from _struct(value, by_tag[tag], path)


def _fits(value: Any, kind: inspect.Type) -> bool:
    """Whether the value is of the right kind, whatever it says."""
    match kind:
        case inspect.Metadata():
            return _fits(value, kind.type)
        case inspect.UnionType():
            return any(_fits(value, t) for t in kind.types)
        case inspect.StructType() | inspect.DictType():
            return isinstance(value, dict)
        case inspect.VarTupleType():
            return isinstance(value, list)
        case inspect.LiteralType():
            return any(type(value) is type(word) for word in kind.values)
        case inspect.StrType() | inspect.DateType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return type(value) is int
        case inspect.FloatType():
            return type(value) in (int, float)
        case inspect.NoneType():
            return value is None
        case _:
            return True


def _obeys(value: Any, kind: inspect.Type) -> bool:
    """Whether a value of the right kind is also one of the right values."""
    match kind:
        case inspect.StrType():
            return kind.pattern is None or re.search(kind.pattern, value) is not None
        case inspect.IntType() | inspect.FloatType():
            return _within(value, kind)
        case inspect.LiteralType():
            return value in kind.values
        case inspect.DateType():
            return _ISO_DATE.fullmatch(value) is not None and _is_date(value)
        case _:
            return True


def _within(value: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    try:
        number = float(value) if isinstance(kind, inspect.FloatType) else value
    except OverflowError:
        return False
    bounds = ((kind.ge, operator.ge), (kind.gt, operator.gt), (kind.le, operator.le))
    return all(bound is None or holds(number, bound) for bound, holds in bounds)


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _name(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            words = (kind.extra or {}).get("words")
            return _words(words) if words else _name(kind.type)
        case inspect.LiteralType():
            return _words(kind.values)
        case inspect.UnionType():
            return _alternatives(kind)
        case inspect.VarTupleType():
            return _list_name(kind.item_type)
        case inspect.StructType() if kind.tag_field:
            return f"an object with {kind.tag_field!r}"
        case inspect.StructType():
            needed = [repr(f.encode_name) for f in kind.fields if f.required]
            return f"an object with {' and '.join(needed)}" if needed else "an object"
        case inspect.DictType():
            return "an object"
        case _:
            return _NAMES[type(kind)]


def _list_name(item: inspect.Type) -> str:
    match item:
        case inspect.Metadata() if "words" not in (item.extra or {}):
            return _list_name(item.type)
        case inspect.StrType():
            return "a list of strings"
        case inspect.IntType():
            return "a list of whole numbers"
        case inspect.StructType():
            return "a list of objects"
        case _:
            return "a list"


def _alternatives(kind: inspect.UnionType) -> str:
    """`a whole number or a list of them`; null goes without saying."""
    names: list[str] = []
    for one in kind.types:
        if isinstance(one, inspect.VarTupleType) and _name(one.item_type) in names:
            names.append("a list of them")
        elif not isinstance(one, inspect.NoneType):
            names.append(_name(one))
    if "a number" in names and "a whole number" in names:
        names.remove("a whole number")
    names = list(dict.fromkeys(names))
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _words(words: Sequence[Any]) -> str:
    shown = ", ".join(map(str, words))
    return shown if len(words) == 1 else f"one of {shown}"
