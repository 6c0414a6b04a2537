"""Texts: plausible ones by name, cut or filled to their length, or made from a pattern."""

from __future__ import annotations

from collections.abc import Callable

from seamline.rows.limit import Limit, Pattern
from seamline.rows.pattern import NotSimple, count, parse, text_at
from seamline.rows.source import Source, Wish
from seamline.rows.word import by_name

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FILLING = " and so on"
_SCAN = 4000


def token(k: int, width: int = 0) -> str:
    """A number in base 36, filled to `width`."""
    text = ""
    while k or not text:
        k, digit = divmod(k, 36)
        text = _DIGITS[digit] + text
    return text.rjust(width, "0")


def texts(wish: Wish, longest: int | None, fixed: int | None = None) -> Source | None:
    """Texts for a column of at most `longest` characters (`fixed`: of a char(n), best filled)."""
    limit = wish.limit
    most = min((x for x in (longest, limit.longest) if x is not None), default=None)
    if most == 0:
        return Source(lambda k: "", 1) if limit.shortest == 0 else None
    plain = by_name(wish.table, wish.name)
    start = wish.salt % 500
    probe = [plain(k) for k in (0, 1, 2, start + wish.rows)]
    if all(_fits(limit, fixed or most, text) for text in probe):
        if most is None or max(len(plain(start + k)) for k in range(600)) + 3 <= most:
            return Source(lambda k: plain(start + k))
        if (short := _few(plain, wish, most)) is not None:
            return short
    if limit.patterns:
        return _from_pattern(limit, most, wish)
    return _sized(plain, wish, most)


def _fits(limit: Limit, most: int | None, text: str) -> bool:
    return (most is None or len(text) <= most) and limit.allows(text)


def _few(plain: Callable[[int], str], wish: Wish, most: int) -> Source | None:
    """The texts of the vocabulary that fit, if they are enough for the rows asked for."""
    start = wish.salt % 500
    found: list[str] = []
    for k in range(2 * wish.rows + 24):
        text = plain((start + k) % 600 if wish.rows < 200 else start + k)
        if _fits(wish.limit, most, text):
            found.append(text)
    found = list(dict.fromkeys(found))
    if len(found) < wish.rows + 4:
        return None
    # Behind the last one short tokens go on, since keys may need more.
    return Source(lambda k: found[k % len(found)], len(found))


def _sized(plain: Callable[[int], str], wish: Wish, most: int | None) -> Source:
    """The beginning of a plausible text with a token at its end that makes it distinct."""
    limit, start = wish.limit, wish.salt % 500
    least = limit.shortest
    most = max(most or 0, least) if most is not None or least else 60
    if most is None or most > 200:
        most = max(least, 60)
    width = min(most, max(2, len(token(4 * wish.rows + 1000))))
    size = 36**width
    case = str.upper if limit.letters == "upper" else str.lower if limit.letters else str

    def at(k: int) -> str:
        head = plain(start + k)
        while len(head) + width < least:
            head += _FILLING
        head = (
            head[: most - width].rstrip() if len(head) + width > most else head + "-" * (most > 9)
        )
        text = head + token((start + k) % size, width)
        return case(text + "x" * (least - len(text)))

    return Source(at, size)


def _from_pattern(limit: Limit, most: int | None, wish: Wish) -> Source | None:
    """Texts of the first pattern that can be enumerated, those that the rest of the limit allows."""
    for pattern in (p for p in limit.patterns if not p.negated):
        found = _enumerated(pattern, limit, most, wish)
        if found is not None:
            return found
    if all(p.negated for p in limit.patterns):
        return _sized(by_name(wish.table, wish.name), wish, most)
    return None


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
