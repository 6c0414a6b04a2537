"""Query parameters that narrow or order a list by a property of its items, told by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from seamline.openapi.operation import Operation, Parameter
from seamline.openapi.paging import bare, is_of_paging

Relation = Literal["is", "least", "most"]
_LEAST, _MOST = (
    ("min", "gte", "gt", "from", "after", "since"),
    ("max", "lte", "lt", "to", "before", "until"),
)
_SORTS = frozenset({"sort", "sortby", "orderby", "ordering", "order", "sortfield"})
_DIRECTIONS = frozenset({"order", "direction", "sortorder", "sortdirection", "sortdir", "dir"})
_OTHER = frozenset(
    {
        "version", "format", "lang", "language", "locale", "fields", "include", "expand", "embed", "view",
        "mode", "timezone", "currency", "unit", "units", "depth", "count", "date", "location", "position",
    }
)  # fmt: skip
"""Names of parameters that change how an item is shown, as often as which are."""
_SCALARS = frozenset({"string", "integer", "number", "boolean"})
_SIGN = re.compile(r"^(?P<minus>[-+]?)(?P<name>.+?)(?:[ :_.]?(?P<way>asc|desc))?$", re.IGNORECASE)


class Filter(msgspec.Struct, frozen=True):
    """A parameter that wants items whose property is equal to, at least, or at most its value."""

    parameter: str
    item: str
    relation: Relation


class Order(msgspec.Struct, frozen=True):
    """Query values that want the items in the order of a property.

    `down` is None where the document does not say in which direction.
    """

    query: dict[str, str]
    item: str
    down: bool | None


def filters(operation: Operation, items: Mapping[str, Any]) -> Iterator[Filter]:
    """The parameters that filter by one of the properties `items`, which are plain schemas."""
    for parameter in _queries(operation):
        name = re.sub("^filter", "", bare(parameter.name))
        if is_of_paging(parameter.name) or name in _OTHER or name in _SORTS | _DIRECTIONS:
            continue
        for item, schema in items.items():
            relation = _relation(name, bare(item))
            if relation is not None and _fits(parameter, schema, relation):
                yield Filter(parameter.name, item, relation)
                break


def orders(operation: Operation, items: Mapping[str, Any]) -> Iterator[Order]:
    """Values of a sort parameter that name one of the properties, those that say a direction first."""
    found: list[Order] = []
    queries = list(_queries(operation))
    ways = [p for p in queries if bare(p.name) in _DIRECTIONS and _directions(p)]
    sort = next((p for p in queries if bare(p.name) in _SORTS and p not in ways), None)
    values = [v for v in _enum(sort) if isinstance(v, str)] if sort is not None else []
    by_bare = {bare(n): n for n, s in items.items() if s.get("type") in _SCALARS}
    for value in values:
        told = _SIGN.match(value)
        item = by_bare.get(bare(told["name"])) if told is not None else None
        if item is None or told is None or sort is None:
            continue
        down: bool | None = None
        query = {sort.name: value}
        if told["minus"] == "-" or (told["way"] or "").lower() == "desc":
            down = True
        elif told["minus"] == "+" or told["way"] or f"-{value}" in values:
            down = False
        elif ways:
            query[ways[0].name], down = _directions(ways[0])[-1], True
        found.append(Order(query, item, down))
    yield from sorted(found, key=lambda o: (o.down is None, not o.down))


def order_of(
    operation: Operation, items: Mapping[str, Any], query: Mapping[str, str]
) -> Order | None:
    """The order that a query asks for."""
    fitting = (o for o in orders(operation, items) if o.query.items() <= query.items())
    return next(fitting, None)


def values_of(operation: Operation, name: str) -> list[Any]:
    """What the document lets a query parameter be; empty where it lists nothing."""
    return next((_enum(p) for p in _queries(operation) if p.name == name), [])


def _queries(operation: Operation) -> Iterator[Parameter]:
    return (p for p in operation.parameters if p.place == "query" and isinstance(p.schema, dict))


def _relation(name: str, item: str) -> Relation | None:
    if name == item:
        return "is"
    stems = {item, re.sub("(at|on|date|time)$", "", item)} - {""}
    relations: tuple[tuple[tuple[str, ...], Relation], ...] = ((_LEAST, "least"), (_MOST, "most"))
    for words, relation in relations:
        if any(name in (w + item, *(s + w for s in stems)) for w in words):
            return relation
    return None


def _fits(parameter: Parameter, schema: Mapping[str, Any], relation: Relation) -> bool:
    kind, wanted = schema.get("type"), parameter.schema.get("type")
    if wanted == "array":
        wanted = (parameter.schema.get("items") or {}).get("type")
    if kind not in _SCALARS or wanted not in (None, "string", kind):
        return False
    if relation == "is":
        return schema.get("format") not in ("date-time", "date", "time")
    return bool(kind != "boolean")


def _enum(parameter: Parameter | None) -> list[Any]:
    schema = parameter.schema if parameter is not None else {}
    inner = schema.get("items") if isinstance(schema.get("items"), dict) else {}
    for node in (schema, inner, *(schema.get("anyOf") or ()), *(schema.get("oneOf") or ())):
        if isinstance(node, dict) and isinstance(node.get("enum"), list):
            return list(node["enum"])
    return []


def _directions(parameter: Parameter) -> list[str]:
    """The words of a parameter that says nothing but the direction, ascending first."""
    values = [str(v) for v in _enum(parameter)]
    if {v.lower() for v in values} in ({"asc", "desc"}, {"ascending", "descending"}):
        return sorted(values, key=str.lower)
    return []
