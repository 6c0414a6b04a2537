"""Two query parameters that bound the same thing, in order and crossed: an empty range is no error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from seamline.openapi.derive.edit import Edit
from seamline.openapi.operation import Operation, Parameter
from seamline.rows.pattern import NotSimple, count, parse, text_at

_PAIRS = (
    ("min", "max"),
    ("from", "to"),
    ("start", "end"),
    ("after", "before"),
    ("since", "until"),
    ("gte", "lte"),
    ("gt", "lt"),
    ("low", "high"),
    ("lower", "upper"),
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_MOMENTS = {
    "date": ("2024-01-31", "2024-03-01"),
    "date-time": ("2024-01-31T12:00:00Z", "2024-03-01T12:00:00Z"),
}
_LOOKED_AT = 400


def ranges(operation: Operation) -> Iterator[Edit]:
    """The pairs of an operation's query parameters, each in order and crossed."""
    known = {p.name: p for p in operation.parameters if p.place == "query"}
    for low in known.values():
        for high in _partners(low.name, known):
            values = _two(low)
            if values is not None and values == _two(high):
                less, more = values
                yield _edit("range", "a range", (low.name, less), (high.name, more))
                yield _edit("crossed-range", "an empty range", (low.name, more), (high.name, less))


def _edit(scenario: str, what: str, low: tuple[str, Any], high: tuple[str, Any]) -> Edit:
    return Edit(
        place="query",
        at=(low[0],),
        value=low[1],
        beside={high[0]: high[1]},
        scenario=scenario,
        what=what,
    )


def _partners(name: str, known: Mapping[str, Parameter]) -> Iterator[Parameter]:
    """The parameters whose name differs in one word only, which says the other end."""
    own = [w.lower() for w in _WORDS.findall(name)]
    for other in known.values():
        words = [w.lower() for w in _WORDS.findall(other.name)]
        apart = [(a, b) for a, b in zip(own, words, strict=False) if a != b]
        if len(own) == len(words) and len(apart) == 1 and apart[0] in _PAIRS:
            yield other


def _two(parameter: Parameter) -> tuple[str, str] | None:
    """Two values of it, the lesser first; None where its schema does not give such."""
    schema = parameter.schema if isinstance(parameter.schema, Mapping) else {}
    for one in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if not isinstance(one, Mapping):
            continue
        kind = one.get("type")
        if kind in ("integer", "number"):
            least = one.get("minimum", one.get("exclusiveMinimum", 0))
            least = least if isinstance(least, int) and not isinstance(least, bool) else 0
            low, high = least + 2, least + 9
            most = one.get("maximum")
            return None if isinstance(most, int | float) and most < high else (str(low), str(high))
        if kind == "string" and one.get("format") in _MOMENTS:
            return _MOMENTS[one["format"]]
        if kind == "string" and isinstance(one.get("pattern"), str):
            return _numbers(one["pattern"])
    return None


def _numbers(pattern: str) -> tuple[str, str] | None:
    """The least and the greatest number among the first texts of a pattern, where they are numbers."""
    try:
        node = parse(pattern)
        texts = [text_at(node, i) for i in range(min(count(node), _LOOKED_AT))]
        found = sorted({Decimal(t) for t in texts if re.fullmatch(pattern, t)})
    except (NotSimple, InvalidOperation, re.error):
        return None
    if len(found) < 2:
        return None
    return str(found[0]), str(found[-1])
