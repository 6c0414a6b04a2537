"""What a database is made of, down to the last grant: things by name, each with its definition."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """One object of a database.

    `name` is bare for the default schema, that of a column or a trigger stands behind its table's.
    `definition` is all that can be said of it, without what changes when it is made anew. `table` is the
    table that it belongs to, or is itself; `sql` a table's quoted name where rows stand in it.
    """

    kind: str
    name: str
    definition: str
    table: str = ""
    sql: str = ""

    @property
    def key(self) -> str:
        """What tells it from all others: `index orders_user_id_idx`."""
        return f"{self.kind} {self.name}"


Structure = Mapping[str, Thing]
"""Everything that a database is made of, by `Thing.key`."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a table holds: how many rows, a digest of them in any order, and where they are few, the rows.

    A row is JSON text whose keys have an order of their own, so that the order of columns is not seen.
    """

    count: int
    digest: str
    rows: tuple[str, ...] | None = None
