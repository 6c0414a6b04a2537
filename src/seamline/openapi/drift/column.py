"""What a column can hold besides its type: the CHECKs that are about it alone."""

from __future__ import annotations

from collections.abc import Iterable

from seamline.model.catalog import Table
from seamline.rows.check import columns_of, ways
from seamline.rows.limit import Limit
from seamline.rows.way import Way


def limits(table: Table) -> dict[str, Limit]:
    """Per column what its CHECKs allow; columns whose CHECKs are not plain bounds or lists are left out."""
    found: dict[str, Limit] = {}
    for constraint in table.checks:
        names = columns_of(constraint.expression)
        if len(names) != 1:
            continue
        (name,) = names
        limit = _one(ways([constraint.expression]), name)
        both = limit.both(found.get(name, Limit())) if limit is not None else None
        if both is not None:
            found[name] = both
    return found


def _one(alternatives: Iterable[Way], name: str) -> Limit | None:
    """The alternatives as one limit: a single one, or lists that are joined."""
    limits = []
    for way in alternatives:
        if way.relations or way.opaque or set(way.limits) - {name}:
            return None
        limits.append(way.limits.get(name, Limit()))
    limits = [limit for limit in limits if limit.null is not True]
    if len(limits) == 1:
        return limits[0]
    if not limits or any(limit.among is None for limit in limits):
        return None
    return Limit(among=tuple(v for limit in limits for v in limit.among or ()))
