"""Whatever stands in a file: it loads, or a `SpecError` says where. What loads, the schema accepts."""

from __future__ import annotations

import copy
import json
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seamline.errors import SpecError
from seamline.spec import load_data, load_endpoints, load_project
from seamline.spec.position import Marks
from seamline.spec.schema import Kind, export
from seamline.spec.toml_text import decode as decode_toml

from .samples import (
    DATA_FILE,
    ENDPOINT_FILE,
    IDENTITIES,
    LINE,
    PROJECT_FILE,
    data,
    endpoints,
    project,
)

FUZZ = settings(
    max_examples=100,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
READERS: dict[Kind, Callable[..., Any]] = {
    "endpoints": endpoints,
    "data": data,
    "project": project,
}
EXAMPLES: dict[Kind, Any] = {
    "endpoints": json.loads(ENDPOINT_FILE),
    "data": json.loads(DATA_FILE),
    "project": tomllib.loads(PROJECT_FILE),
}
VALIDATORS = {kind: jsonschema_rs.Draft202012Validator(export(kind)) for kind in READERS}
WORDS = [
    "endpoints", "endpoint", "method", "GET", "cases", "id", "steps", "use", "as", "expect", "not",
    "$row", "$from", "$join", "check", "unique", "sql", "column", "columns", "tables", "checks",
    "system", "command", "url", "login", "secrets", "{secret:x}", "#/a", "NO", "reason", "error",
]  # fmt: skip

leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(100, 600)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(WORDS)
)
keys = st.sampled_from(WORDS) | st.text(max_size=4)
trees = st.recursive(
    leaves,
    lambda t: st.lists(t, max_size=4) | st.dictionaries(keys, t, max_size=4),
    max_leaves=12,
)
pieces = st.lists(
    st.sampled_from(
        [*"{}[],:\n\"'-&*?!|>#%@`= \t\r\x00\ufeff\u2028", "  ", "- ", ": ", "&a ", "*a", "---\n",
         "...", "<<", "1e999", "-0", "0x", "\\ud800", "\\u0000", '"""', "'''", "[[", "]]", "NaN",
         "2027-01-01", "é", "😀", *WORDS]
    ),
    max_size=40,
).map("".join)  # fmt: skip


def loads_or_says_where(read: Callable[..., Any], *args: Any) -> Any:
    """What `read(*args)` gives, or None after a well-formed `SpecError`; nothing else may happen."""
    try:
        return read(*args)
    except SpecError as error:
        assert error.problems
        for line in error.problems:
            assert LINE.fullmatch(line), line
            line.encode()
        return None


@FUZZ
@given(content=st.binary(max_size=200) | pieces.map(lambda t: t.encode("utf-8")))
def test_any_bytes_load_or_say_where(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("json", "yaml"):
            file = Path(folder) / f"x.{suffix}"
            file.write_bytes(content)
            loads_or_says_where(load_endpoints, file, IDENTITIES)
            loads_or_says_where(load_data, file)
        file = Path(folder) / "seamline.toml"
        file.write_bytes(content)
        loads_or_says_where(load_project, file)


@FUZZ
@given(text=pieces | st.text(max_size=60), name=st.sampled_from(["x.json", "x.yaml", "x.toml"]))
def test_any_text_loads_or_says_where(text: str, name: str) -> None:
    for read in READERS.values():
        loads_or_says_where(read, text, name)


@FUZZ
@given(tree=trees)
def test_any_json_loads_or_says_where(tree: Any) -> None:
    text = json.dumps(tree)
    for kind, read in READERS.items():
        if loads_or_says_where(read, text, "x.json") is not None:
            assert VALIDATORS[kind].is_valid(tree)
        loads_or_says_where(read, text, "x.yaml")


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with each of its keys or positions."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


@st.composite
def mutants(draw: st.DrawFn) -> tuple[Kind, Any]:
    """An example with one to three changes: a key deleted, renamed, added, or a value replaced."""
    kind = draw(st.sampled_from(list(EXAMPLES)))
    document = copy.deepcopy(EXAMPLES[kind])
    for _ in range(draw(st.integers(1, 3))):
        spots = list(places(document))
        if not spots:
            break
        holder, key = draw(st.sampled_from(spots))
        change = draw(st.sampled_from(["delete", "replace", "swap", "rename", "add"]))
        if change == "delete":
            del holder[key]
        elif change == "replace":
            holder[key] = draw(trees)
        elif change == "swap":
            other, where = draw(st.sampled_from(spots))
            holder[key] = copy.deepcopy(other[where]) if where in other or other is holder else 1
        elif isinstance(holder, dict):
            moved = holder.pop(key) if change == "rename" else draw(leaves)
            holder[draw(keys)] = moved
        else:
            holder.append(draw(leaves))
    return kind, document


def without_cycles(document: Any) -> str | None:
    try:
        return json.dumps(document)
    except ValueError:
        return None


@settings(FUZZ, max_examples=200)
@given(mutant=mutants())
def test_a_changed_example_loads_or_says_where_and_what_loads_the_schema_accepts(
    mutant: tuple[Kind, Any],
) -> None:
    kind, document = mutant
    text = without_cycles(document)
    if text is None:
        return
    read = READERS[kind]
    loaded = loads_or_says_where(read, text, "x.json")
    if loaded is not None:
        assert VALIDATORS[kind].is_valid(json.loads(text))
    again = loads_or_says_where(read, yaml.safe_dump(json.loads(text)), "x.yaml")
    assert loaded is None or again is None or again == loaded


@FUZZ
@given(kind=st.sampled_from(list(EXAMPLES)), at=st.floats(0, 1), cut=st.integers(0, 9), text=pieces)
def test_a_damaged_text_loads_or_says_where(kind: Kind, at: float, cut: int, text: str) -> None:
    name = {"endpoints": "x.json", "data": "x.yaml", "project": "x.toml"}[kind]
    whole = {"endpoints": ENDPOINT_FILE, "data": DATA_FILE, "project": PROJECT_FILE}[kind]
    here = int(at * len(whole))
    damaged = whole[:here] + text + whole[here + cut :]
    loads_or_says_where(READERS[kind], damaged, name)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_repeated_key_is_refused_wherever_it_stands(kind: Kind) -> None:
    for number, _ in enumerate(places(EXAMPLES[kind])):
        document = copy.deepcopy(EXAMPLES[kind])
        holder, key = list(places(document))[number]
        if isinstance(holder, dict):
            holder["\x00again"] = holder[key]
            text = json.dumps(document).replace(json.dumps("\x00again"), json.dumps(key))
            for name in ("x.json", "x.yaml"):
                with pytest.raises(SpecError, match="this key is given twice"):
                    READERS[kind](text, name)


def marked(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*path, key)
            yield from marked(item, (*path, key))


def test_every_value_of_the_toml_example_has_a_place() -> None:
    tree = decode_toml(PROJECT_FILE)
    marks: Marks = tree.marks()
    for path in marked(tree.value):
        assert path in marks.values or path in marks.keys, path
