"""Columns by which rows are told apart without a unique index."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seamline.discover.proposal.profile import (
    ENOUGH,
    INTEGERS,
    TEXTS,
    Profile,
    Proposal,
    proposal,
)
from seamline.model.catalog import Catalog

_TELLING = re.compile(
    r"(?:^|_)(?:e?mail|username|login|handle|slug|sku|code|number|no|token|key|reference|ref|uuid"
    r"|guid|external_id|serial|isbn|iban|ean|gtin|vin|barcode|fingerprint|digest)(?:_hash)?$"
)


def distinct(known: Profile, catalog: Catalog) -> Iterator[Proposal]:
    """`unique` for columns whose name says that they identify: that amounts differ is chance."""
    unique = {k.columns for k in known.table.unique if k.predicate is None}
    for column, facts in known.open_columns(TEXTS | INTEGERS | {"uuid"}):
        is_told_apart = ENOUGH <= facts.filled == facts.distinct
        if is_told_apart and (column.name,) not in unique and _TELLING.search(column.name):
            yield proposal("unique", facts.filled, columns=[column.name])
