"""Patterns of plain forms, said without a pattern: an engine's matcher costs many times a comparison.

One form is a fixed beginning and then characters of one set, so many or so many: `^ORD-[0-9]{12}$`,
`^[A-Z]{3}$`, `^[0-9a-f]+$`. The other is signs with anything else between them, and at most one set at
the end: `^[^@ ]+@[^@ ]+\\.[a-z]+$`. Only ASCII letters, digits and signs that are nothing but themselves
count.
"""

from __future__ import annotations

import re

import msgspec

_ONE = r"(?:[A-Za-z0-9 _:/@,;=%&#!~<>-]|\\[-.+*?()\[\]{}^$/|])"
_SET = r"\[(?P<set>(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_ ])+)\]"
_FORM = re.compile(
    rf"\^(?P<start>{_ONE}*){_SET}"
    r"(?P<often>\+|\*|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?\$"
)

_GAP = r"\[\^(?P<without>[A-Za-z0-9 _:/@,;=%&#!~<>.+*?(){}$|]+)\](?P<often>[+*])"
_PIECE = re.compile(rf"{_GAP}(?P<sign>{_ONE}*)")
_END = re.compile(rf"{_SET}(?P<often>[+*]|\{{[1-4],\}})")


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A text begins with `start`; the rest are `least` to `most` (None: any number) of `characters`."""

    start: str
    characters: str
    least: int
    most: int | None


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """A text is signs with gaps between them, and `least` or more of the characters of `end` behind it.

    `like` is what stands before the end, as LIKE has it; `most` says of each character that no gap may
    hold how many there are: those in the signs. The last sign ends in `last`, which is none of `end`.
    """

    like: str
    most: dict[str, int]
    end: str
    least: int
    last: str


def signs_of(pattern: str) -> Signs | None:
    """The signs and gaps that a pattern says; None where it says more, or another thing."""
    if not (pattern.startswith("^") and pattern.endswith("$") and len(pattern) > 1):
        return None
    start = re.match(rf"{_ONE}*", inner := pattern[1:-1])
    at = start.end() if start is not None else 0
    pieces = []
    while piece := _PIECE.match(inner, at):
        pieces.append(piece)
        at = piece.end()
    end = _END.fullmatch(inner, at)
    # Without a sign between them two gaps would have to share the characters of one.
    apart = all(p["sign"] for p in pieces[: len(pieces) if end else -1])
    if not pieces or not apart or (end is None and at < len(inner)):
        return None
    signs = [
        _plain(s) for s in (inner[: start.end() if start else 0], *(p["sign"] for p in pieces))
    ]
    characters = _characters(end["set"]) if end else ""
    without = {frozenset(p["without"]) for p in pieces}
    if len(without) > 1 or (end and (not characters or signs[-1][-1] in characters)):
        return None
    (forbidden,) = without
    if forbidden & set(characters):
        return None
    gaps = ["_%" if p["often"] == "+" else "%" for p in pieces]
    parts = [like_text(signs[0]), *(g + like_text(s) for g, s in zip(gaps, signs[1:], strict=True))]
    return Signs(
        like="".join(parts),
        most={c: "".join(signs).count(c) for c in sorted(forbidden)},
        end=characters,
        least=_often(end["often"])[0] if end else 0,
        last=signs[-1][-1:],
    )


def _plain(said: str) -> str:
    return re.sub(r"\\(.)", r"\1", said)


def like_text(text: str) -> str:
    """A text for LIKE in which nothing stands for anything else."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def form_of(pattern: str) -> Form | None:
    """The form that a pattern says; None where it says more, or another thing."""
    found = _FORM.fullmatch(pattern)
    if found is None:
        return None
    characters = _characters(found["set"])
    least, most = _often(found["often"] or "{1}")
    if not characters or (most is not None and most < least):
        return None
    return Form(start=_plain(found["start"]), characters=characters, least=least, most=most)


def _characters(said: str) -> str:
    """The characters of a set, each once; none where a range runs backwards."""
    found: dict[str, None] = {}
    for a, b, one in re.findall(r"(.)-(.)|(.)", said):
        if one:
            found[one] = None
            continue
        if a > b:
            return ""
        found.update(dict.fromkeys(map(chr, range(ord(a), ord(b) + 1))))
    return "".join(found)


def _often(said: str) -> tuple[int, int | None]:
    if said in "+*":
        return int(said == "+"), None
    least, comma, most = said[1:-1].partition(",")
    return int(least), int(most) if most else (None if comma else int(least))
