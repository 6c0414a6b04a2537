"""Patterns of one plain form, said without a pattern: an engine's matcher costs many times a comparison.

The form is a fixed beginning and then characters of one set, so many or so many: `^ORD-[0-9]{12}$`,
`^[A-Z]{3}$`, `^[0-9a-f]+$`. Only ASCII letters, digits and signs that are nothing but themselves count.
"""

from __future__ import annotations

import re

import msgspec

_FORM = re.compile(
    r"\^(?P<start>(?:[A-Za-z0-9 _:/@,;=%&#!~<>-]|\\[-.+*?()\[\]{}^$/|])*)"
    r"\[(?P<set>(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_ ])+)\]"
    r"(?P<often>\+|\*|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})?\$"
)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A text begins with `start`; the rest are `least` to `most` (None: any number) of `characters`."""

    start: str
    characters: str
    least: int
    most: int | None


def form_of(pattern: str) -> Form | None:
    """The form that a pattern says; None where it says more, or another thing."""
    found = _FORM.fullmatch(pattern)
    if found is None:
        return None
    characters = _characters(found["set"])
    least, most = _often(found["often"] or "{1}")
    if not characters or (most is not None and most < least):
        return None
    return Form(
        start=re.sub(r"\\(.)", r"\1", found["start"]), characters=characters, least=least, most=most
    )


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
