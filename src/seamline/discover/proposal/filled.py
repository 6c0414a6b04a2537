"""Columns that may be null and in fact never are."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.discover.proposal.profile import ENOUGH, Profile, Proposal, proposal
from seamline.model.catalog import Catalog


def filled(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`notNull` where neither a seeded row nor one that the system wrote is without a value."""
    for column in known.table.columns:
        is_full = known.columns[column.name].filled == known.rows >= ENOUGH
        if (
            column.nullable
            and is_full
            and all(r.get(column.name) is not None for r in known.written)
        ):
            yield proposal("notNull", known.rows, column=column.name)
