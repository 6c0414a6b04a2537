"""Texts: plausible ones by name, cut or filled to their length, or made from a pattern."""

from __future__ import annotations

from collections.abc import Callable

from seamline.rows.limit import Limit, Pattern
from seamline.rows.pattern import NotSimple, count, parse, text_at
from seamline.rows.source import Source, Wish
from seamline.rows.word import by_name

_ALPHABETS = (
    "0123456789abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "0123456789",
)
_FILLING = " and so on"
_SCAN = 4000


def token(k: int, width: int, alphabet: str = _ALPHABETS[0]) -> str:
    """A number written in `alphabet`, filled to `width`."""
    base, text = len(alphabet), ""
    while k or not text:
        k, digit = divmod(k, base)
        text = alphabet[digit] + text
    return text.rjust(width, alphabet[0])


def texts(wish: Wish, longest: int | None) -> Source | None:
    """Texts for a column of at most `longest` characters."""
    limit = wish.limit
    most = min((x for x in (longest, limit.longest) if x is not None), default=None)
    if most == 0:
        return Source(lambda k: "", 1) if limit.shortest == 0 else None
    plain = by_name(wish.table, wish.name, wish.salt)
    probe = [plain(k) for k in (*range(8), wish.rows, 2 * wish.rows)]
    if all(_fits(limit, most, text) for text in probe):
        if most is None or max(len(plain(k)) for k in range(600)) + 3 <= most:
            return Source(plain)
        if (short := _few(plain, wish, most)) is not None:
            return short
    for pattern in (p for p in limit.patterns if not p.negated):
        found = _enumerated(pattern, limit, most, wish)
        if found is not None:
            return found
    for alphabet in _ALPHABETS:
        for head in (plain, _nothing):
            source = _sized(head, wish, most, alphabet)
            if all(_fits(limit, most, source.at(k)) for k in (0, 1, 2, wish.rows)):
                return source
    return Source(plain)


def _nothing(k: int) -> str:
    del k
    return ""


def _fits(limit: Limit, most: int | None, text: str) -> bool:
    return (most is None or len(text) <= most) and limit.allows(text)


def _few(plain: Callable[[int], str], wish: Wish, most: int) -> Source | None:
    """The texts of the vocabulary that fit, if they are enough for the rows asked for."""
    numbers = range(2 * wish.rows + 24)
    found = list(dict.fromkeys(t for t in map(plain, numbers) if _fits(wish.limit, most, t)))
    return (
        Source(lambda k: found[k % len(found)], len(found)) if len(found) > wish.rows + 3 else None
    )


def _sized(plain: Callable[[int], str], wish: Wish, most: int | None, alphabet: str) -> Source:
    """The beginning of a plausible text with a token at its end that makes it distinct."""
    limit, start = wish.limit, wish.salt % 500
    least = limit.shortest
    room = max(least, 60) if most is None or most > 200 else most
    width = min(room, max(2, len(token(4 * wish.rows + 1000, 0, alphabet))))
    size = len(alphabet) ** width
    case = str.upper if limit.letters == "upper" else str.lower if limit.letters else str

    def at(k: int) -> str:
        head = plain(k)
        while len(head) + width < least:
            head += _FILLING if head or plain is not _nothing else alphabet[0]
        if len(head) + width > room:
            head = head[: room - width].rstrip()
        elif head and room > 9 and len(head) + width < room:
            head += "-"
        text = head + token((start + k) % size, width, alphabet)
        return case(text + alphabet[0] * (least - len(text)))

    return Source(at, size)


def _enumerated(pattern: Pattern, limit: Limit, most: int | None, wish: Wish) -> Source | None:
    try:
        node = parse(pattern.regex)
    except (NotSimple, ValueError):
        return None
    size = count(node)
    start = (wish.salt % 997) * max(1, size // 2003)

    def at(k: int) -> str:
        return text_at(node, (start + k) % size)

    probe = [at(k) for k in range(24)]
    if all(_fits(limit, most, text) for text in probe) and len(set(probe)) == min(24, size):
        return Source(at, size)
    found: dict[str, None] = {}
    # Long repetitions come first; where only short ones fit, look all over the numbers.
    for k in range(_SCAN + 8 * wish.rows):
        text = text_at(
            node, (start + k) % size if k % 2 else k * 7919 % size if k % 3 else size - 1 - k % size
        )
        if _fits(limit, most, text):
            found[text] = None
            if len(found) > 2 * wish.rows + 50:
                break
    kept = list(found)
    return Source(lambda k: kept[k % len(kept)], len(kept)) if kept else None
