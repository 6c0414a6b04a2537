"""What a person says changes by itself."""

from __future__ import annotations

import msgspec

from seamline.model.row import RowChange


class Noise(msgspec.Struct, frozen=True):
    """Reviewed noise of seamline.toml: tables that others write, columns that change by themselves."""

    tables: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str]] = frozenset()

    def covers(self, table: str, column: str) -> bool:
        """Whether a column's changes are noise; `*` stands for any table."""
        return (table, column) in self.columns or ("*", column) in self.columns

    def hides(self, change: RowChange) -> bool:
        """Whether all that a change says is noise."""
        if change.table in self.tables:
            return True
        return (
            change.op == "update"
            and bool(change.columns)
            and all(self.covers(change.table, c) for c in change.columns)
        )
