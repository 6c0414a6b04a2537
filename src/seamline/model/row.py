"""Row images: what one request changed."""

from __future__ import annotations

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
