"""The closest valid word to one that is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_LONGEST = 80  # difflib is quadratic; nobody mistypes a word of this length


def closest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that `word` was probably meant to be, letter case aside; None if none is near."""
    if len(word) > _LONGEST:
        return None
    spelled = {w.lower(): w for w in reversed(tuple(words))}
    near = difflib.get_close_matches(word.lower(), spelled, n=1)
    return spelled[near[0]] if near else None


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A sentence to append to a message, with a leading space: ` Did you mean 'x'?`, or nothing."""
    near = closest(word, words)
    return f" Did you mean {near!r}?" if near is not None and near != word else ""
