"""Times of one row that come one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.discover.proposal.profile import ENOUGH, Profile, Proposal, proposal
from seamline.model.catalog import Catalog, Column

_PAIRS = (
    ("start", "end"),
    ("started", "ended"),
    ("started", "finished"),
    ("started", "completed"),
    ("starts", "ends"),
    ("begin", "end"),
    ("begins", "ends"),
    ("opened", "closed"),
    ("from", "to"),
    ("from", "until"),
    ("since", "until"),
    ("queued", "started"),
    ("ordered", "shipped"),
    ("placed", "shipped"),
    ("shipped", "delivered"),
    ("sent", "received"),
    ("issued", "due"),
    ("created", "expires"),
    ("created", "sent"),
    ("created", "deleted"),
    ("min", "max"),
)


def order(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`ordered` for two columns of one type whose names differ in the word that says which is first."""
    for first in known.table.columns:
        for last in known.table.columns:
            both = min(known.columns[c.name].filled for c in (first, last))
            if first.base == last.base and both >= ENOUGH and _says(first, last):
                yield proposal("ordered", both, columns=[first.name, last.name])


def _says(first: Column, last: Column) -> bool:
    is_time = first.base == "date" or first.base.startswith("timestamp")
    one, other = (re.split(r"_+", c.name) for c in (first, last))
    apart = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    is_pair = len(one) == len(other) and len(apart) == 1 and apart[0] in _PAIRS
    return is_pair and (is_time or apart[0] == ("min", "max"))
