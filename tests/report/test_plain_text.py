from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from seamline.text.plain import cells, clip, one_line, to_ascii, visible, wrap


@given(st.text(st.characters()))
def test_what_is_visible_can_be_written_and_obeyed_by_no_terminal(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t"]


def test_hidden_characters_are_spelt() -> None:
    assert visible("a\x1b[31m\u202e\x00\r\ud800é✓") == "a\\x1b[31m\\u202e\\x00\\r\\ud800é✓"


def test_long_text_says_how_much_was_cut() -> None:
    assert clip("x" * 1500, 3) == "xxx… (1,497 more characters)"
    assert clip("xyz", 3) == "xyz"


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_one_line_is_one_line_and_bounded_before_escapes(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert "\n" not in line
    assert len(line) <= limit * 10 + 1


@given(st.text(st.characters(categories=["L", "N", "Zs", "Mn"])), st.integers(8, 40))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = list(wrap(text, width))
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_wide_characters_take_two_cells() -> None:
    assert cells("日本") == 4
    assert cells("e\u0301") == 1
    assert list(wrap("日本語日本語", 8)) == ["日本語日", "本語"]


def test_signs_have_an_ascii_spelling() -> None:
    assert to_ascii("✓ 5 → 4 · 2×…") == "+ 5 -> 4 - 2x..."
