"""Numbers that have a bound by what they count, not by chance: the least and greatest seen say little."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from seamline.discover.proposal.profile import ENOUGH, NUMBERS, Profile, Proposal, proposal
from seamline.model.catalog import Catalog

_COUNTED = re.compile(
    r"(?:^|_)(?:price|cost|total|subtotal|sum|tax|fee|discount|quantity|qty|stock|count|size|length"
    r"|width|height|weight|age|duration|seconds|minutes|hours|days|attempts|retries|views|hits|rank"
    r"|position|percent|percentage|rate|score|rating|capacity|limit|year|priority|bytes)(?:_(?!id$)|$)"
)
_DIFFERENT = 3


def bounds(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`range` from 0 for what is counted or measured and is never negative."""
    for column, facts in known.open_columns(NUMBERS):
        is_known = facts.filled >= ENOUGH and facts.distinct >= _DIFFERENT
        is_counted = facts.least is not None and facts.least >= 0 and _COUNTED.search(column.name)
        new = [r.get(column.name) for r in known.written]
        if is_known and is_counted and not any(_negative(v) for v in new):
            yield proposal("range", facts.filled, column=column.name, min=0)


def _negative(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and value < 0
