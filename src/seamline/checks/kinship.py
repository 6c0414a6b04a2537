"""Which removed row had to go because another one went: by foreign keys, or by what looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from seamline.model.catalog import Catalog, ForeignKey
from seamline.model.row import Row, RowChange

_REFERENCE = re.compile(r"(?:_id|Id|_uuid|_pk|_key)$")


class Kin:
    """The rows that one exchange removed, as what other rows may refer to."""

    def __init__(self, catalog: Catalog | None, gone: Iterable[RowChange]) -> None:
        self._tables = catalog.by_name if catalog is not None else {}
        self._rows: dict[str, list[Row]] = {}
        self._keys: set[str] = set()
        for change in gone:
            self._rows.setdefault(change.table, []).append(change.before or {})
            if len(change.key) == 1:
                self._keys |= {str(v) for v in change.key.values()}

    def cascades(self, change: RowChange) -> bool:
        """Whether the database itself removed the row: it referred to one that is gone."""
        return any(k.on_delete == "cascade" for k in self._followed(change))

    def refers(self, change: RowChange) -> bool:
        """Whether the row referred to one that is gone, so that it could not stay as it was.

        Without a foreign key a column named like a reference is taken for one. A foreign key that
        sets null says that the row stays.
        """
        table = self._tables.get(change.table)
        keys = table.foreign_keys if table is not None else ()
        declared = {c for k in keys for c in k.columns}
        if any(not k.on_delete.startswith("set") for k in self._followed(change)):
            return True
        return any(
            _REFERENCE.search(c)
            and c not in declared
            and c not in change.key
            and str(v) in self._keys
            for c, v in (change.before or {}).items()
        )

    def _followed(self, change: RowChange) -> Iterator[ForeignKey]:
        table = self._tables.get(change.table)
        row = change.before or {}
        for key in table.foreign_keys if table is not None else ():
            wanted = [row.get(c) for c in key.columns]
            if None not in wanted and any(
                [old.get(c) for c in key.to] == wanted for old in self._rows.get(key.table, ())
            ):
                yield key
