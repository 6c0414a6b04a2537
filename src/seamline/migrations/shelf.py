"""The catalog from look to look: of a table of which nothing has changed it is what it was.

What changed is known from the structure, which has everything that a catalog is made of, table by table.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seamline.engines.protocol import Database
from seamline.model.catalog import Catalog
from seamline.model.structure import Structure, Thing


class CatalogShelf:
    """The catalog of one database as it was at the last look. Looks without a structure are whole."""

    def __init__(self) -> None:
        self._catalog: Catalog | None = None
        self._things: Mapping[str, frozenset[Thing]] = {}

    async def look(self, database: Database, structure: Structure) -> Catalog:
        """The catalog of a database that is made of `structure` now."""
        before, things = self._things, _by_table(structure)
        known, self._catalog = self._catalog, None  # nothing is known where what follows fails
        if known is None or before.get("") != things.get(""):
            now = await database.catalog()
        else:
            others = {t for t in before.keys() | things.keys() if before.get(t) != things.get(t)}
            part = await database.catalog(others) if others else known
            kept = {t.name: t for t in known.tables if t.name not in others}
            tables = sorted({**kept, **part.by_name}.values(), key=lambda table: table.name)
            now = msgspec.structs.replace(part, tables=tuple(tables))
        self._catalog, self._things = now, things
        return now


def _by_table(structure: Structure) -> dict[str, frozenset[Thing]]:
    """Things by their table; under '' those of none: types, say, of which columns may be."""
    found: dict[str, set[Thing]] = {}
    for thing in structure.values():
        found.setdefault(thing.table, set()).add(thing)
    return {table: frozenset(things) for table, things in found.items()}
