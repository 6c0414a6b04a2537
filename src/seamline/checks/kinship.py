"""Which removed row had to go because another one went: by foreign keys, or by what looks like one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from seamline.model.catalog import Catalog, ForeignKey
from seamline.model.row import Row, RowChange

_REFERENCE = re.compile(r"(?:_id|Id|_uuid|_pk|_key)$")


class Kin:
    """Rows that one exchange removed, as what other rows may refer to."""

    def __init__(self, catalog: Catalog | None, gone: Iterable[RowChange]) -> None:
        self._tables = catalog.by_name if catalog is not None else {}
        self._keys: set[str] = set()
        self._paths: set[tuple[str, ...]] = set()
        self._rows: dict[tuple[str, tuple[str, ...]], set[tuple[str, ...]]] = {}
        self._wanted = {(k.table, k.to) for t in self._tables.values() for k in t.foreign_keys}
        self.add(gone)

    def add(self, gone: Iterable[RowChange]) -> None:
        """These rows are gone too."""
        for change in gone:
            self._paths.add(tuple(str(v) for v in change.key.values()))
            if len(change.key) == 1:
                self._keys |= {str(v) for v in change.key.values()}
            for table, columns in self._wanted:
                values = _values(change.before or {}, columns) if table == change.table else None
                if values is not None:
                    self._rows.setdefault((table, columns), set()).add(values)

    def without(
        self, changes: list[RowChange], follows: Callable[[RowChange], bool]
    ) -> list[RowChange]:
        """Those of `changes` that do not follow from what is gone, nor from one that does."""
        left, new = changes, changes
        while new:
            new = [c for c in left if follows(c)]
            left = [c for c in left if not follows(c)]
            self.add(new)
        return left

    def cascades(self, change: RowChange) -> bool:
        """Whether the database itself removed the row: it referred to one that is gone."""
        return any(k.on_delete == "cascade" for k in self._followed(change))

    def refers(self, change: RowChange) -> bool:
        """Whether the row referred to one that is gone, so that it could not stay as it was.

        Without a foreign key a column named like a reference is taken for one, and a path that ends
        with the key of the row that is gone. A foreign key that sets null says that the row stays.
        """
        if any(not k.on_delete.startswith("set") for k in self._followed(change)):
            return True
        if any(_lies_below(v, key) for v in (change.before or {}).values() for key in self._paths):
            return True
        table = self._tables.get(change.table)
        keys = table.foreign_keys if table is not None else ()
        known = {c for k in keys for c in k.columns} | change.key.keys()
        return any(
            c not in known and _REFERENCE.search(c) is not None and str(v) in self._keys
            for c, v in (change.before or {}).items()
        )

    def _followed(self, change: RowChange) -> Iterator[ForeignKey]:
        table = self._tables.get(change.table)
        for key in table.foreign_keys if table is not None else ():
            values = _values(change.before or {}, key.columns)
            if values is not None and values in self._rows.get((key.table, key.to), ()):
                yield key


def _lies_below(value: object, key: tuple[str, ...]) -> bool:
    """Whether a value is the path of a row with that key: `/shelves/a/books` for `books`, `/shelves/a`."""
    if not isinstance(value, str) or "/" not in value:
        return False
    ends = [k for k in key if k and "/" not in k and value.endswith(f"/{k}")]
    above = [k for k in key if "/" in k.strip("/")]
    return bool(ends) and all(value.startswith(f"{k.rstrip('/')}/") for k in above)


def _values(row: Row, columns: tuple[str, ...]) -> tuple[str, ...] | None:
    """The values as text, or None where one is null: then it refers to nothing."""
    values = [row.get(c) for c in columns]
    return None if None in values else tuple(map(str, values))
