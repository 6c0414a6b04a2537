"""Columns of one row that must stand in an order: mended where their values do not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from seamline.model.catalog import Column
from seamline.rows.limit import Limit, compare
from seamline.rows.scalar import later
from seamline.rows.way import Relation, Way

_ORDERED = (
    ("created", "updated"), ("created", "modified"), ("created", "changed"), ("created", "deleted"),
    ("start", "end"), ("starts", "ends"),
    ("started", "ended"), ("started", "finished"), ("started", "completed"), ("begin", "end"), ("from", "to"),
    ("min", "max"), ("low", "high"), ("lower", "upper"), ("check_in", "check_out"), ("opens", "closes"),
    ("opened", "closed"), ("valid_from", "valid_to"), ("valid_from", "valid_until"),
)  # fmt: skip
_MADE = re.compile(r"(created|inserted|added|registered|placed)_?(at|on|date|time)?$", re.I)
_MEASURES = frozenset(
    (
        "date",
        "timestamp with time zone",
        "timestamp without time zone",
        "smallint",
        "integer",
        "bigint",
        "numeric",
        "real",
        "double precision",
    )
)
_SCALARS = frozenset((str, int, Decimal, bool))
_EVENT = re.compile(r"[a-z]_(at|on)$|[a-z](At|On)$")


def implied(columns: Sequence[Column]) -> list[Relation]:
    """What the names of columns say: created_at <= updated_at, start <= end."""
    columns = [c for c in columns if c.base in _MEASURES]
    by_name = {c.name.lower(): c for c in columns}
    found = []
    for first, second in _ORDERED:
        for name, column in by_name.items():
            words = (
                name.replace(first, second, 1) if first in name.split("_") or name == first else ""
            )
            if first in name and not words:
                words = name.replace(first, second, 1) if "_" in first else ""
            other = by_name.get(words)
            if other is not None and other is not column and other.base == column.base:
                found.append(Relation(column.name, "<=", other.name))
    made = next((c for c in columns if _MADE.match(c.name)), None)
    if made is not None:  # nothing happened to a row before it was there
        for column in columns:
            if column is not made and column.base == made.base and _EVENT.search(column.name):
                found.append(Relation(made.name, "<=", column.name))
    return found


def narrowed(way: Way) -> Way:
    """The way with the bounds of each column passed on to those that stand in an order with it."""
    limits = dict(way.limits)
    for _ in range(3):
        for relation in way.relations:
            if relation.operator not in ("<", "<=") or relation.shift != 0:
                continue
            left, right = (limits.get(c, Limit()) for c in (relation.left, relation.right))
            strict = relation.operator == "<"
            passed = (
                (relation.left, left, Limit(high=right.high, high_open=right.high_open or strict)),
                (relation.right, right, Limit(low=left.low, low_open=left.low_open or strict)),
            )
            for name, limit, more in passed:
                merged = limit.both(more) if (more.high, more.low) != (None, None) else limit
                if merged is not None and merged != Limit():
                    limits[name] = merged
    return msgspec.structs.replace(way, limits=limits)


def mend(
    columns: Mapping[str, list[Any]],
    relations: Sequence[Relation],
    limits: Mapping[str, Limit],
    fixed: set[str],
) -> set[int]:
    """Change values until every relation holds; those of `fixed` columns stay.

    Returns the rows where one still does not.
    """
    known = [r for r in relations if r.left in columns and r.right in columns]
    for _ in range(3):
        changed = False
        for relation in known:
            left, right = columns[relation.left], columns[relation.right]
            for i in broken(left, relation, right):
                mended = _mended(left[i], right[i], i, relation, limits, fixed)
                if mended is not None:
                    left[i], right[i] = mended
                    changed = True
        if not changed:
            break
    return {i for r in known for i in broken(columns[r.left], r, columns[r.right])}


def broken(left: list[Any], relation: Relation, right: list[Any]) -> list[int]:
    """The rows in which the relation does not hold."""
    kinds = {*map(type, left), *map(type, right)}
    pairs = enumerate(zip(left, right, strict=True))
    if (
        relation.shift == 0
        and len(kinds) == 1
        and kinds <= _SCALARS
        and relation.operator in ("<", "<=")
    ):
        lengths = {*map(len, left), *map(len, right)} if kinds == {str} else ()
        if len(lengths) < 2:  # as many rows as may be: no call for each
            if relation.operator == "<":
                return [i for i, (a, b) in pairs if a >= b]
            return [i for i, (a, b) in pairs if a > b]
    return [
        i for i, (a, b) in pairs if a is not None and b is not None and not holds(a, relation, b)
    ]


def holds(a: Any, relation: Relation, b: Any) -> bool:
    """Whether two values that are not null stand as `relation` says; what cannot be compared does."""
    shift = relation.shift
    order: int | None
    kind = type(a)
    if (
        shift == 0
        and kind is type(b)
        and (kind is not str or len(a) == len(b))
        and kind in _SCALARS
    ):
        order = (a > b) - (a < b)  # moments of one form compare as texts do
    elif isinstance(a, (list, dict)) or isinstance(b, (list, dict)):
        order = None
    else:
        order = compare(a, later(b, 0, shift) if shift != 0 else b)
    if order is None:
        return relation.operator != "=" or a == b
    operator = relation.operator
    if operator == "<=":
        return order <= 0
    return order < 0 if operator == "<" else order == 0 if operator == "=" else order != 0


def _mended(
    a: Any, b: Any, i: int, relation: Relation, limits: Mapping[str, Limit], fixed: set[str]
) -> tuple[Any, Any] | None:
    left, right = limits.get(relation.left, Limit()), limits.get(relation.right, Limit())
    shift, by = relation.shift, 1 + i % (5 if isinstance(a, str) and len(a) == 10 else 50)
    back = -shift if shift != 0 else 0
    tries: list[tuple[Any, Any]] = []
    if relation.operator == "=":
        tries = [
            (a, later(a, 0, back) if shift != 0 else a),
            (later(b, 0, shift) if shift != 0 else b, b),
        ]
    elif relation.operator == "<>":
        tries = [(a, later(b, by)), (later(a, by), b)]
    else:
        tries = [(a, later(a, by, back)), (a, later(a, 1, back)), (b, a), (a, later(a, 0, back))]
        tries += [(later(b, -1, shift), b), (later(b, 0, shift), b)]
    if isinstance(a, bool):
        tries = [(a, a), (b, b)] if relation.operator == "=" else [(a, not a)]
    for x, y in tries:
        if x is None or y is None or not holds(x, relation, y):
            continue
        if (x != a and (relation.left in fixed or not left.allows(x))) or (
            y != b and (relation.right in fixed or not right.allows(y))
        ):
            continue
        return x, y
    return None
