"""Texts made from regular expressions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.rows.pattern import NotSimple, count, parse, text_at

PATTERNS = (
    r"^[A-Z]{3}-\d{2,4}$", r"^\d{5}(-\d{4})?$", r"^(red|green|blue)$", r"^[^@]+@[^@]+\.[a-z]{2,}$",
    r"^\+?[0-9 ]{7,15}$",
    r"^#[0-9a-fA-F]{6}$", r"^[a-z0-9]+(?:-[a-z0-9]+)*$", r"^\S+$",
    r"^v\d+\.\d+\.\d+$", r"abc", r"^[\w.-]+$", r"^$",
)  # fmt: skip


@given(st.sampled_from(PATTERNS), st.integers(0, 10**9))
def test_every_text_matches(pattern: str, k: int) -> None:
    node = parse(pattern)
    assert re.search(pattern, text_at(node, k % count(node)))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_are_distinct(pattern: str) -> None:
    node = parse(pattern)
    size = min(200, count(node))
    assert len({text_at(node, k) for k in range(size)}) == size


@pytest.mark.parametrize("pattern", [r"(?=x)y", r"(a)\1", r"[a", r"a{", r"\bword"])
def test_what_cannot_be_enumerated_is_refused(pattern: str) -> None:
    with pytest.raises(NotSimple):
        parse(pattern)
