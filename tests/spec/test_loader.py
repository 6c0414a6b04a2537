"""What no file may do to the loader, whatever its format: size, depth, encodings, numbers, repeated keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seamline.spec import load_data
from seamline.spec.loader import MAX_BYTES

from ..hang import no_hang
from .samples import data, endpoints, problems, project

DEEP = 200_000
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n"
    for a, b in zip("abcdefghi", "bcdefghij", strict=True)
)

HOSTILE: list[tuple[str, str, str]] = [
    ("d.json", "[" * DEEP, "d.json:1:101: nested more than 100 levels deep"),
    ("d.json", '{"a":' * DEEP, "d.json:1:501: nested more than 100 levels deep"),
    (
        "d.json",
        "[" * 101 + "]" * 101,
        "d.json:1:101: " + "[0]" * 53,
    ),
    ("d.yaml", "[" * DEEP, "d.yaml:1:101: nested more than 100 levels deep"),
    ("d.yaml", "- " * DEEP, "d.yaml:1:201: nested more than 100 levels deep"),
    ("s.toml", "a=" + "[" * DEEP, "s.toml:1:1: nested more than 100 levels deep"),
    ("d.yaml", BOMB, "d.yaml:6:8: aliases repeat more than 100000 values"),
    ("d.yaml", "&a [*a]", "d.yaml:1:5: the alias 'a' stands inside what it names"),
    ("d.yaml", "[*b]", "d.yaml:1:2: the alias 'b' names no anchor before it"),
    ("d.yaml", "a: 1\n--- \nb: 2", "d.yaml:2:1: the file holds a second document"),
    ("d.yaml", "? [a]\n: b", "d.yaml:1:3: a key must be plain text"),
    ("d.yaml", "version: !!python/object:x 1", "d.yaml:1:10: the tag "),
    ("d.yaml", "a: [1, 2", "d.yaml:1:9: not valid YAML: "),
    ("d.yaml", "a: x\x01", "d.yaml:1:5: not valid YAML: control characters are not allowed"),
    ("d.yaml", "version: .inf", "d.yaml:1:10: version: a number must be finite"),
    ("d.yaml", "a: " + "9" * 5000, "d.yaml:1:4: a number of more than 4300 digits"),
    ("d.yaml", "tables: {}\ntables: {}", "d.yaml:2:1: tables: this key is given twice"),
    ("d.json", '{"version": NaN}', "d.json:1:13: not valid JSON: NaN is not a number of JSON"),
    ("d.json", "9" * 5000, "d.json:1:1: a number of more than 4300 digits cannot be read"),
    ("d.json", '{"version": 1e999}', "d.json:1:13: version: a number must be finite"),
    ("d.json", '{"\\ud800": 1}', 'd.json:1:2: ["\\ud800"]: half of a surrogate pair is not text'),
    ("d.json", '{"a": "\x00"}', "d.json:1:8: not valid JSON: invalid control character at"),
    ("d.json", "{}{}", "d.json:1:3: not valid JSON: extra data"),
    ("d.json", " \n", "d.json:1:1: the file is empty"),
    ("d.json", '{"a": 1,\n "a": 1}', "d.json:2:2: a: this key is given twice"),
    ("s.toml", "a = 1\na = 2", "s.toml:2:6: not valid TOML: Cannot overwrite a value"),
    ("s.toml", "a = " + "9" * 5000, "s.toml:1:1: a number of more than 4300 digits"),
    ("s.toml", "a = 1\n" + "a." * DEEP + "a = 1", "s.toml:2:1: a line with more than 1000 dots"),
    ("s.toml", ".".join("a" * 900) + " = 1", "s.toml:1:1: a.a.a."),
    ("s.toml", "a = '", "s.toml:1:6: not valid TOML: "),
    ("s.toml", "[limits]\nconfirm = inf", "s.toml:2:11: limits.confirm: a number must be finite"),
    ("d.json", "\ud800", "d.json:1:1: half of a surrogate pair is not text"),
]


@pytest.mark.parametrize(("name", "text", "expected"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_with_its_place(name: str, text: str, expected: str) -> None:
    read: Any = project if name == "s.toml" else data
    with no_hang():
        found = problems(read, text, name)
    assert any(line.startswith(expected) for line in found), found


def test_keys_repeated_in_different_objects_are_all_named() -> None:
    text = (
        '[{"endpoint": "/a", "method": "GET", "method": "GET"},\n'
        ' {"endpoint": "/b", "endpoint": "/c", "method": "PUT"}]'
    )
    assert problems(endpoints, text) == (
        "e.json:1:38: [0].method: this key is given twice",
        "e.json:2:21: [1].endpoint: this key is given twice",
    )


def test_valid_json_that_plain_yaml_refuses_loads() -> None:
    long_key = "k" * 2000
    text = f'{{"tables": {{"{long_key}": {{"proven": ["\\ud83d\\ude00"]}}}}}}'
    assert data(text).tables[long_key].proven == ("😀",)
    yaml_text = f'tables: {{"{"k" * 500}": {{proven: ["😀"]}}}}'
    assert data(yaml_text, "d.yaml").tables["k" * 500].proven == ("😀",)


def test_bytes_that_are_not_utf8_are_placed(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    file.write_bytes('{"ä":\n "é\xff"}'.encode("latin-1"))
    (line,) = problems(load_data, file)
    assert line.endswith("d.json:1:3: not UTF-8: byte 0xe4")


def test_a_file_of_more_than_16_mb_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    with file.open("wb") as out:
        out.truncate(MAX_BYTES + 1)
    (line,) = problems(load_data, file)
    assert line.endswith("d.json:1:1: larger than 16 MB")
    assert problems(data, " " * (MAX_BYTES + 1)) == ("d.json:1:1: larger than 16 MB",)


def test_positions_of_toml_reach_into_inline_tables_and_arrays() -> None:
    text = '''
[system]
command = ["a", # not here: ready = 5
  """
ready = 1
""", 5]
"ready" . x = 1
[identities."a.b"]
login = { path = "x", json = { a = 1 }, token = "#" }
'''
    assert problems(project, text) == (
        "s.toml:6:6: system.command[2]: expected a string, found 5",
        "s.toml:7:1: system.ready: expected a string, found an object",
        "s.toml:9:18: identities[\"a.b\"].login.path: must start with '/', found 'x'",
    )
