from __future__ import annotations

from seamline.text.suggest import closest, did_you_mean


def test_the_nearest_word_is_named() -> None:
    assert closest("POTS", ["GET", "POST", "PUT"]) == "POST"
    assert did_you_mean("expct", ["id", "expect"]) == " Did you mean 'expect'?"


def test_letter_case_does_not_count() -> None:
    assert closest("notnull", ["unique", "notNull"]) == "notNull"


def test_nothing_is_named_where_nothing_is_near() -> None:
    assert closest("xyz", ["GET", "POST"]) is None
    assert did_you_mean("xyz", []) == ""


def test_a_word_is_not_suggested_for_itself() -> None:
    assert did_you_mean("POST", ["POST"]) == ""


def test_a_word_of_a_megabyte_is_not_compared() -> None:
    assert closest("a" * 1_000_000, ["a" * 70]) is None
