"""Values at the edge of what a column takes: extremes, empty texts, other scripts, longest texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from seamline.rows.source import Source, Wish

_TEXTS = (
    "", " ", "  both sides  ", "'; DROP TABLE x; --", "<script>alert(1)</script>", "\\N", "NULL", "null",
    "0", "-1", "1e309", "0.1", "true", "\t\n\r", '"quoted"', "a,b;c|d", "{}", "[]", "%s %d {0}", "../../etc",
    "Zoë Müller-Ångström",
    "日本語のテキスト", "العربية", "עברית", "👩‍👩‍👧‍👦🏳️‍🌈", "e\u0301 is not \u00e9", "\u202eright to left",
    "\u200bzero width", "ß ſ İ ı", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "\ufeffmark", "\x7f\x1b[31m", "007", "1,5", "NaN", "Infinity",
)  # fmt: skip
_EDGES: dict[str, tuple[Any, ...]] = {
    "smallint": (-(2**15), 2**15 - 1, 0, -1),
    "integer": (-(2**31), 2**31 - 1, 0, -1),
    "bigint": (-(2**63), 2**63 - 1, 0, -1, 2**53 + 1),
    "double precision": tuple(map(Decimal, ("0", "-0.1", "0.30000000000000004", "1.7E+308", "5E-324"))),
    "real": tuple(map(Decimal, ("0", "-0.1", "3.4E+38", "1.2E-38"))),
    "date": ("0001-01-01", "9999-12-31", "2024-02-29", "1969-12-31", "1900-03-01"),
    "timestamp without time zone": (
        "0001-01-01T00:00:00", "9999-12-31T23:59:59.999999", "2024-02-29T00:00:00",
    ),
    "timestamp with time zone": (
        "0001-01-02T00:00:00+00:00", "9999-12-30T23:59:59.999999+00:00", "2024-03-31T01:30:00+00:00",
    ),
    "time without time zone": ("00:00:00", "23:59:59.999999", "24:00:00"),
    "interval": ("00:00:00", "-00:00:01", "100 years", "1 mon -1 days"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    "bytea": ("\\x", "\\x00", "\\xff00ff"),
    "json": ({}, [], "", 0, {"": {"a": [None, True, 1e10]}}, {"é": "日本"}),
    "jsonb": ({}, [], "", 0, {"": {"a": [None, True, 1e10]}}, {"é": "日本"}),
    "inet": ("0.0.0.0", "255.255.255.255", "::1", "10.0.0.1/8"),
}  # fmt: skip


def hostile(wish: Wish, plain: Source) -> Source:
    """The extremes that `wish` allows, then the values of `plain`; where keys do not ask, extremes again."""
    from seamline.rows.value import split

    bare, modifiers = split(wish.type)
    edges: list[Any] = list(_EDGES.get(bare, ()))
    if bare in ("text", "character varying", "citext", "character"):
        most = modifiers[0] if modifiers else 1 if bare == "character" else 10_000
        edges = [t for t in _TEXTS if len(t) <= most] + ["x" * most, "é" * most]
        if bare == "character":
            edges = [t for t in edges if t == t.rstrip(" ")]
    elif bare == "numeric" and modifiers:
        scale = modifiers[1] if len(modifiers) > 1 else 0
        top = Decimal(10 ** modifiers[0] - 1).scaleb(-scale)
        edges = [top, -top, Decimal(0), Decimal(1).scaleb(-scale)]
    elif bare == "numeric":
        edges = [Decimal(0), Decimal("0.1"), Decimal(10) ** 30, Decimal("-1E-20")]
    if wish.type.endswith("[]"):
        edges = [[]]
    length = len(wish.limit.patterns) + wish.limit.shortest
    edges = [
        e for e in edges if wish.limit.allows(e) and not (length and not isinstance(e, (str, list)))
    ]
    if not edges or (plain.size is not None and plain.size <= len(edges)):
        return plain
    count, at = len(edges), plain.at
    size = None if plain.size is None else plain.size
    return Source(lambda k: edges[k] if k < count else at(k), size, lambda i: i % (2 * count))
