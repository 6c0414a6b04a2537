"""Lists as answers hold them: their items, what tells items apart, how many there are said to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from seamline.checks.context import Context
from seamline.model.exchange import Exchange
from seamline.openapi.paging import paging_of

Item = dict[str, Any]
_KEYS = ("id", "uuid", "guid", "uid", "key", "slug", "code", "sku", "number", "name")
_TOTALS = ("total", "totalCount", "total_count", "totalItems", "total_items", "total_entries")


def items_of(exchange: Exchange) -> list[Item] | None:
    """The items of a successful list answer: the body, or its one property that is a list."""
    if not exchange.succeeded or exchange.response is None or exchange.response.cut:
        return None
    body = exchange.response.json
    if isinstance(body, dict):
        lists = [v for v in body.values() if isinstance(v, list)]
        objects = [v for v in lists if v and all(isinstance(i, dict) for i in v)]
        chosen = objects or lists
        body = chosen[0] if len(chosen) == 1 else None
    if isinstance(body, list) and all(isinstance(i, dict) for i in body):
        return body
    return None


def key_of(items: Sequence[Item]) -> str | None:
    """The property by which the items are told apart: all have it, each with another value."""
    names = [n for n in _KEYS if all(n in i for i in items)]
    for name in names:
        values = [i[name] for i in items]
        if all(_is_plain(v) for v in values) and len(set(map(str, values))) == len(values):
            return name
    return None


def keys(items: Sequence[Item], name: str) -> list[str]:
    """Each item's value of the property, as text."""
    return [str(i.get(name)) for i in items]


def total_of(exchange: Exchange) -> int | None:
    """How many there are in all, as the answer says."""
    body = exchange.response.json if exchange.response is not None else None
    name = total_name(body)
    return int(body[name]) if isinstance(body, dict) and name else None


def total_name(body: Any) -> str:
    """The property of an answer that says how many there are in all; empty where none does."""
    name = next((n for n in _TOTALS if n in body), "") if isinstance(body, dict) else ""
    found = body[name] if name else None
    return name if isinstance(found, int) and not isinstance(found, bool) else ""


def asked(exchange: Exchange) -> dict[str, str]:
    """The query that was sent."""
    return dict(parse_qsl(urlsplit(exchange.request.target).query, keep_blank_values=True))


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def is_whole(exchange: Exchange, items: Sequence[Item], context: Context) -> bool:
    """Whether an answer surely holds all of the list that was asked for."""
    total = total_of(exchange)
    if total is not None:
        return total == len(items)
    paging = paging_of(context.operation) if context.operation is not None else None
    return paging is not None and len(items) < int(asked(exchange).get(paging.size, 0))
