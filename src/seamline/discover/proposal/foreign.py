"""Foreign keys in all but name."""

from __future__ import annotations

from collections.abc import Iterator

from seamline.checks.housekeeping import is_log
from seamline.discover.proposal.profile import Profile, Proposal, proposal
from seamline.model.catalog import Catalog, Column, Table
from seamline.openapi.table.word import table_words, words

_FEWEST = 5
_DIFFERENT = 3


def foreign(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`references` for `customer_id` beside a table `customers` with a key of the same type.

    Logs are left out: they keep what they name when it is gone.
    """
    declared = {c for k in known.table.foreign_keys for c in k.columns}
    for column in known.table.columns:
        facts = known.columns[column.name]
        if column.name in declared or (column.name,) == known.table.primary_key:
            continue
        if facts.filled < _FEWEST or facts.distinct < _DIFFERENT or is_log(known.table.name):
            continue
        targets = list(_targets(column, known.table, catalog))
        if len(targets) == 1:
            target, key = targets[0]
            yield proposal(
                "references", facts.filled, columns=[column.name], table=target.name, to=[key.name]
            )


def _targets(column: Column, own: Table, catalog: Catalog) -> Iterator[tuple[Table, Column]]:
    """Tables that the column's name names, with the single column that is their key and its last word."""
    *stem, last = words(column.name)
    for table in catalog.tables:
        if table.partition_of is not None or len(table.primary_key) != 1:
            continue
        key = table.by_column[table.primary_key[0]]
        is_named = tuple(stem) == table_words(table.name) and words(key.name)[-1] == last
        if (
            is_named
            and key.base == column.base
            and (table.name, key.name) != (own.name, column.name)
        ):
            yield table, key
