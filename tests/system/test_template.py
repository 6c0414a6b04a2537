from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.system.template import fill, fill_all

VALUES = {"port": "8001", "secret:jwt": "s3cr3t", "env:HOME": "home", "empty": ""}
LOOKUP = VALUES.__getitem__


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("--port {port}", "--port 8001"),
        ("{port}{port}", "80018001"),
        ("{secret:jwt}:{env:HOME}:{empty}.", "s3cr3t:home:."),
        ('{"a": 1}', '{"a": 1}'),
        ("{}", "{}"),
        ("{ port }", "{ port }"),
        ("{0}", "{0}"),
        ("${port}", "$8001"),
        ("{{port}}", "{8001}"),
        ("{port", "{port"),
        ("é{port}\n", "é8001\n"),
    ],
)
def test_placeholders_are_filled_and_other_braces_stay(text: str, filled: str) -> None:
    assert fill(text, LOOKUP) == filled


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "x"}.__getitem__) == "{b}"


def test_strings_anywhere_inside_are_filled() -> None:
    value = {"a": ["{port}", 1, None, {"b": ("{port}",)}], "{port}": True}
    assert fill_all(value, LOOKUP) == {"a": ["8001", 1, None, {"b": ["8001"]}], "{port}": True}


@given(st.text(st.characters(exclude_characters="{}")))
def test_text_without_braces_stays(text: Any) -> None:
    assert fill(text, LOOKUP) == text
