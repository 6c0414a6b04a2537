"""Checks that the rows bear out and the catalog does not prove: one file a kind, registered below.

What only rows bear out may be chance, so it is `info` until a person makes it more, or strikes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from seamline.data.declared import declared
from seamline.data.evaluate import whole
from seamline.data.scan import Reader
from seamline.discover.proposal.bounds import bounds
from seamline.discover.proposal.distinct import distinct
from seamline.discover.proposal.filled import filled
from seamline.discover.proposal.foreign import foreign
from seamline.discover.proposal.formats import formats
from seamline.discover.proposal.kinds import kinds
from seamline.discover.proposal.order import order
from seamline.discover.proposal.profile import Proposal, Proposer, profile
from seamline.model.catalog import Catalog
from seamline.model.row import Row
from seamline.spec.data import DataFramework

PROPOSERS: tuple[Proposer, ...] = (filled, distinct, kinds, bounds, formats, order, foreign)


async def proposals(
    reader: Reader, catalog: Catalog, written: Mapping[str, Sequence[Row]]
) -> dict[str, list[Proposal]]:
    """By table what all of its rows bear out, as checks of the data file with their evidence.

    `written` are rows as the system itself wrote them while it was tried: more of the same evidence.
    """
    likely: dict[str, list[Proposal]] = {}
    for table in catalog.tables:
        if table.partition_of is None:
            known = await profile(reader, table, written.get(table.name, ()))
            found = [p for proposer in PROPOSERS for p in proposer(known, catalog)]
            if found:
                likely[table.name] = found
    tables = {n: {"checks": found} for n, found in likely.items()}
    framework = msgspec.convert({"tables": tables}, DataFramework)
    rules = declared(framework, catalog, "proposals")
    sound = {id(r.rule) async for r in whole(reader, rules) if not r.violations and not r.error}
    listed = ((name, p) for name, found in likely.items() for p in found)
    borne_out: dict[str, list[Proposal]] = {}
    for (name, one), rule in zip(listed, rules, strict=True):
        if id(rule) in sound:
            borne_out.setdefault(name, []).append(one)
    return borne_out
