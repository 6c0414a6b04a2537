"""Query parameters by which a list is asked for in pages, told by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from seamline.openapi.operation import Operation, Parameter

_SIZES = frozenset(
    {"size", "limit", "perpage", "pagesize", "pagelimit", "maxresults", "take", "top"}
)
_PAGES = frozenset({"page", "pagenumber", "pageno", "pageindex"})
_OFFSETS = frozenset({"offset", "skip"})
_CURSORS = frozenset({"cursor", "pagetoken", "nexttoken", "continuationtoken", "startingafter"})
_NEXT = frozenset({"nextcursor", "nextpagetoken", "nexttoken", "continuationtoken", "cursor"})
_MOST = 1000


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is asked for in parts.

    `size` is the parameter that says how many, from `least` to `most`; `turn` the one that says which:
    a page's number (the first is `first`), an offset, or a cursor.
    """

    size: str
    least: int
    most: int
    turn: str
    kind: Literal["page", "offset", "cursor"]
    first: int = 0


def paging_of(operation: Operation) -> Paging | None:
    """The paging of an operation whose document has a parameter for size and one for the place."""
    numbers = [p for p in operation.parameters if p.place == "query" and _is_number(p)]
    texts = [p for p in operation.parameters if p.place == "query" and not _is_number(p)]
    size = _named(numbers, _SIZES)
    if size is None:
        return None
    least, most = _bound(size, "minimum", 1), min(_bound(size, "maximum", 100), _MOST)
    page, offset, cursor = (
        _named(numbers, _PAGES),
        _named(numbers, _OFFSETS),
        _named(texts, _CURSORS),
    )
    turn = page or offset or cursor
    if turn is None or most <= least:
        return None
    return Paging(
        size=size.name,
        least=max(least, 1),
        most=most,
        turn=turn.name,
        kind="page" if page else "offset" if offset else "cursor",
        first=_first_page(page) if page else 0,
    )


def is_of_paging(name: str) -> bool:
    """Whether a query parameter says how much of a list is wanted, not what of it."""
    return bare(name) in _SIZES | _PAGES | _OFFSETS | _CURSORS


def next_cursor(properties: Iterable[str]) -> str | None:
    """The property of an answer that names the next page."""
    return next((name for name in properties if bare(name) in _NEXT), None)


def bare(name: str) -> str:
    """A name without what notations differ in: `page[size]`, `pageSize` and `page_size` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _named(parameters: Iterable[Parameter], names: frozenset[str]) -> Parameter | None:
    return next((p for p in parameters if bare(p.name) in names), None)


def _is_number(parameter: Parameter) -> bool:
    return bool(_kind(parameter.schema) == "integer")


def _kind(schema: Any) -> Any:
    """The type of a schema; of several the first that is not null."""
    if not isinstance(schema, dict):
        return None
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((k for k in kind if k != "null"), None)
    options = [*(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())]
    return kind or next((k for o in options if (k := _kind(o)) not in (None, "null")), None)


def _bound(parameter: Parameter, name: str, default: int) -> int:
    value = parameter.schema.get(name, default)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _first_page(page: Parameter) -> int:
    """0 only where the document allows it."""
    if page.schema.get("default") == 0 or page.schema.get("minimum") == 0:
        return 0
    return 1
