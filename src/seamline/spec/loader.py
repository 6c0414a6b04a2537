"""One way from a file to a typed value: decode, convert, hold against rules; every problem with its place.

The fast path touches no positions. Only when something is wrong is the shape walked in words, and the
text read again for lines and columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from seamline.errors import SpecError
from seamline.spec import json_text, toml_text, yaml_text
from seamline.spec.position import TOO_DEEP, Malformed, Marks, Problem, lines
from seamline.spec.shape import shape_problems
from seamline.spec.tree import Tree, plain_problems

T = TypeVar("T")
Rules = Callable[[Any], Iterable[Problem]]
"""Broken rules of a decoded document of any shape."""
Arrange = Callable[[Any], tuple[Any, int]]
"""A document in its canonical outer shape, and how many path parts that has put before the file's own."""

MAX_BYTES = 16 * 1024 * 1024
_DECODERS: dict[str, Callable[[str], Tree]] = {
    ".json": json_text.decode,
    ".yaml": yaml_text.decode,
    ".yml": yaml_text.decode,
    ".toml": toml_text.decode,
}


def _as_it_is(document: Any) -> tuple[Any, int]:
    return document, 0


def _no_rules(document: Any) -> Iterable[Problem]:
    return ()


def load(
    source: Path | str,
    shape: type[T],
    *,
    name: str = "",
    rules: Rules = _no_rules,
    arrange: Arrange = _as_it_is,
) -> T:
    """A file (a `Path`) or a text as a `shape`.

    `name` is what messages call it, and its extension decides the format (JSON where it has none).
    Raises `SpecError` with every problem, in file order, as `file:line:column: path: what is wrong`.
    """
    name = name or (_shown(source) if isinstance(source, Path) else "text")
    text = _read(source, name) if isinstance(source, Path) else _bounded(source, name)
    text = text.removeprefix("\ufeff")
    decode = _DECODERS.get(Path(name).suffix.lower(), json_text.decode)
    try:
        if not text.strip():
            raise Malformed(0, "the file is empty")
        tree = decode(text)
    except Malformed as error:
        raise SpecError(lines(name, text, [error.problem], Marks({}, {}))) from None
    problems = [*tree.problems, *plain_problems(tree.value)]
    if any(p.text == TOO_DEEP for p in problems):
        raise SpecError(lines(name, text, problems, tree.marks()))
    document, added = arrange(tree.value)
    wrong = list(rules(document))
    if not problems and not wrong:
        try:
            return msgspec.convert(document, shape)
        except msgspec.ValidationError as error:
            # The walk knows all that msgspec does; should it ever not, msgspec's words must do.
            wrong = list(shape_problems(document, shape)) or [Problem(text=str(error))]
    else:
        wrong += shape_problems(document, shape)
    problems += [msgspec.structs.replace(p, path=p.path[added:]) for p in wrong]
    raise SpecError(lines(name, text, problems, tree.marks()))


def placed(source: Path, problems: Iterable[Problem], *, name: str = "") -> list[str]:
    """Problems found in a file that `load` has read, each as `load` would tell it."""
    name = name or _shown(source)
    text = _read(source, name).removeprefix("\ufeff")
    decode = _DECODERS.get(Path(name).suffix.lower(), json_text.decode)
    return lines(name, text, problems, decode(text).marks())


def _shown(path: Path) -> str:
    """The path as a person would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _read(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SpecError(_too_big(name))
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SpecError(f"{name}:1:1: cannot be read: {reason}") from None
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        problem = Problem(text=f"not UTF-8: byte 0x{data[error.start]:02x}", offset=len(before))
        raise SpecError(lines(name, before, [problem], Marks({}, {}))) from None


def _bounded(text: str, name: str) -> str:
    try:
        if len(text.encode()) > MAX_BYTES:
            raise SpecError(_too_big(name))
    except UnicodeEncodeError as error:
        problem = Problem(text="half of a surrogate pair is not text", offset=error.start)
        raise SpecError(lines(name, text, [problem], Marks({}, {}))) from None
    return text


def _too_big(name: str) -> str:
    return f"{name}:1:1: larger than {MAX_BYTES // 1024 // 1024} MB"
