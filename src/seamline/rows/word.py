"""Plausible texts by the name of a column; no two alike.

Addresses, hosts and telephone numbers are from the ranges that are reserved for examples
(RFC 2606, RFC 5737, 555).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from seamline.rows import vocabulary as v

At = Callable[[int], str]
Words = Callable[[int], At]
"""A number that says where to begin -> the texts."""

_STARTS = 500


def _turn(words: tuple[str, ...], join: str = " ") -> Words:
    """One word after the other; from the second round on with a number."""
    size = len(words)

    def starting(start: int) -> At:
        turned = words[start % size :] + words[: start % size]
        return lambda k: turned[k] if k < size else f"{turned[k % size]}{join}{k // size + 1}"

    return starting


def _pair(first: tuple[str, ...], second: tuple[str, ...], form: str, join: str) -> Words:
    """Two words, no pair twice; from the second round on with a number.

    `form` has a * for each word; the number follows the second one.
    """
    before, between, after = form.split("*")
    head = [before + word + between for word in first]
    plain = [word + after for word in second]
    a, b, whole = len(first), len(second), len(first) * len(second)

    def starting(start: int) -> At:
        start %= _STARTS

        def at(k: int) -> str:
            k += start
            j = k % whole
            # Both words change from one row to the next.
            if k < whole:
                return head[j % a] + plain[(j + j // a) % b]
            return f"{head[j % a]}{second[(j + j // a) % b]}{join}{k // whole + 1}{after}"

        return at

    return starting


def _numbered(form: At) -> Words:
    """Texts that are made of a number."""
    return lambda start: lambda k: form(k + start % _STARTS)


def _things(form: str, join: str = "-") -> Words:
    return _pair(v.QUALITIES, v.THINGS, form, join)


def _lower(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w.lower() for w in words)


def _ip(k: int) -> str:
    return f"192.0.2.{k + 1}" if k < 254 else f"10.{k >> 16 & 255}.{k >> 8 & 255}.{k & 255}"


_PERSON = _pair(v.FIRST, v.LAST, "* *", " ")
_THING = _things("* *", " ")
_BY_NAME: list[tuple[str, Words]] = [
    ("e?mail", _pair(_lower(v.FIRST), _lower(v.LAST), "*.*@example.com", "")),
    ("first_?name|given_?name|forename", _turn(v.FIRST)),
    ("last_?name|surname|family_?name", _turn(v.LAST)),
    (
        "user_?name|login|nick(name)?|handle|screen_?name",
        _pair(_lower(v.FIRST), _lower(v.LAST), "*_*", ""),
    ),
    ("slug|permalink", _things("*-*")),
    (
        "ur[li]|link|website|homepage|href|webhook|callback|endpoint",
        _things("https://example.com/*/*"),
    ),
    (
        "avatar|image|photo|picture|thumbnail|icon|logo",
        _things("https://example.com/images/*-*.png"),
    ),
    (
        "phone(_?number)?|mobile|fax|tel(ephone)?|cell",
        _numbered(lambda k: f"+1555{k % 1000:03d}{100 + k // 1000:04d}"),
    ),
    (r"country_?(code|iso\w*)", _turn(v.COUNTRY_CODES, "")),
    ("country|nationality", _turn(v.COUNTRIES)),
    ("currency(_?code)?", _turn(v.CURRENCIES, "")),
    ("language|lang|locale", _turn(v.LANGUAGES, "-")),
    ("time_?zone|tz", _turn(v.ZONES)),
    ("city|town|locality", _turn(v.CITIES)),
    (
        r"(street|address)(_?(line)?_?\d?)?|addr",
        _numbered(lambda k: f"{k + 1} {v.THINGS[k % 24].title()} Street"),
    ),
    ("zip(_?code)?|postal(_?code)?|post_?code", _numbered(lambda k: f"{10000 + k * 37}")),
    (
        "company|organi[sz]ation|employer|vendor|supplier|brand|manufacturer",
        _pair(v.LAST, v.THINGS, "* * Ltd", " "),
    ),
    ("ip|ip_?addr(ess)?|remote_?addr", _numbered(_ip)),
    ("host(name)?|domain(_?name)?|fqdn", _things("*-*.example.com")),
    ("(file_?)?path|directory|folder", _things("/*/*")),
    ("file(_?name)?", _things("*-*.txt")),
    ("(mime|content|media)_?type", _turn(v.MEDIA, ";v=")),
    ("colou?r", _turn(v.COLORS)),
    ("status|state|stage|phase", _turn(v.STATES)),
    (
        "password(_?hash)?|passwd|hash|digest|checksum|secret|token|salt|fingerprint|etag|signature",
        _numbered(lambda k: f"{(k + 1) * 2654435761 % 2**32:08x}{k:08x}"),
    ),
    ("version", _numbered(lambda k: f"1.{k}.0")),
    (
        "sku|code|ref(erence)?|number|no|serial|barcode|isbn|ean",
        _numbered(lambda k: f"{1000 + k * 7:06d}"),
    ),
    (
        "title|subject|headline|heading|caption|label",
        _pair(tuple(w.title() for w in v.QUALITIES), v.THINGS, "* *", " "),
    ),
    (
        "description|body|content|text|comment|note|message|summary|bio|about|remark|reason|details?|review",
        _things("The * * was checked and found to be in order.", " "),
    ),
    (
        "full_?name|display_?name|author|owner|person|contact|recipient|customer|employee",
        _PERSON,
    ),
]
_COMPILED = [(re.compile(rf"(.*_)?({p})(s|_(hash|value|text))?"), w) for p, w in _BY_NAME]
_PEOPLE = re.compile(r"(users?|customers?|people|persons?|employees?|authors?|members?|contacts?)$")


def by_name(table: str, column: str, start: int) -> At:
    """Texts for a column, by its name and that of its table."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column).lower()
    if name == "name" and _PEOPLE.search(table.lower()):
        return _PERSON(start)
    for pattern, words in _COMPILED:
        if pattern.fullmatch(name):
            return words(start)
    return _THING(start)
