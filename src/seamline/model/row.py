"""Row images: what one request changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from seamline.model.vocabulary import RowOp

Row = dict[str, Any]
"""Column -> value as JSON sees it, except that numbers with a fraction are `Decimal`, exact."""


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """One row image pair, as the database committed it. `key` holds the primary key's columns,
    or is empty for a table without one."""

    table: str
    op: RowOp
    key: Row
    before: Row | None
    after: Row | None
    txid: int

    @property
    def columns(self) -> frozenset[str]:
        """Columns whose value differs between the two images."""
        old, new = self.before or {}, self.after or {}
        return frozenset(c for c in old.keys() | new.keys() if old.get(c) != new.get(c))


def net(changes: Iterable[RowChange]) -> Iterator[RowChange]:
    """What the changes of a row amount to, a change a row; rows without a key as they come."""
    by_row: dict[tuple[str, str], RowChange] = {}
    for number, change in enumerate(changes):
        key = (change.table, repr(sorted(change.key.items())) if change.key else f"#{number}")
        known = by_row.get(key)
        if known is None:
            by_row[key] = change
            continue
        before, after = known.before, change.after
        del by_row[key]
        if before is None and after is None:
            continue
        op = "insert" if before is None else "delete" if after is None else "update"
        merged = msgspec.structs.replace(change, op=op, before=before)
        if before != after:
            by_row[key] = merged
    yield from by_row.values()
