"""What happened while a test was watching: rows that changed, statements that ran."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from seamline.model.catalog import Catalog
from seamline.model.row import RowChange
from seamline.model.statement import SqlStatement
from seamline.model.vocabulary import RowOp
from seamline.report.sql import told
from seamline.report.words import brief_change
from seamline.text.plain import visible
from seamline.text.redact import Redactor
from seamline.text.suggest import did_you_mean

_ROWS, _STATEMENTS = 50, 100
"""So many are shown where a test fails; all are there to be asked for."""


class Count(int):
    """A number of rows, and their images: each has `key`, `before`, `after` and the `columns` that differ."""

    images: tuple[RowChange, ...]
    seen: Seen
    what: str

    @classmethod
    def of(cls, images: Sequence[RowChange], seen: Seen, what: str) -> Count:
        """The count of these images; `what` says in words what it counts."""
        count = cls(len(images))
        count.images, count.seen, count.what = tuple(images), seen, what
        return count


class TableRows:
    """The changed rows of one table; `images` has all of them in order of writing."""

    def __init__(self, table: str, images: Sequence[RowChange], seen: Seen) -> None:
        self.table = table
        self.images = tuple(images)
        self._seen = seen

    @property
    def inserted(self) -> Count:
        """The rows that were not there before."""
        return self._count("insert", "inserted into")

    @property
    def updated(self) -> Count:
        """The rows of which a value differs."""
        return self._count("update", "updated in")

    @property
    def deleted(self) -> Count:
        """The rows that are gone."""
        return self._count("delete", "deleted from")

    def _count(self, op: RowOp, words: str) -> Count:
        images = [c for c in self.images if c.op == op]
        return Count.of(images, self._seen, f"rows {words} {self.table}")

    def __repr__(self) -> str:
        return f"<{self.table}: {self.inserted} inserted, {self.updated} updated, {self.deleted} deleted>"


class Rows(Mapping[str, TableRows]):
    """The changed tables by name; a table that did not change has no rows, one that is not there an error."""

    def __init__(self, changes: Sequence[RowChange], catalog: Catalog, seen: Seen) -> None:
        self._of: dict[str, list[RowChange]] = {}
        for change in changes:
            self._of.setdefault(change.table, []).append(change)
        self._tables = catalog.by_name
        self._seen = seen

    def __getitem__(self, table: str) -> TableRows:
        if table not in self._of and table not in self._tables:
            hint = did_you_mean(table, list(self._tables))
            raise KeyError(f"no table {table!r} in the database.{hint}")
        return TableRows(table, self._of.get(table, ()), self._seen)

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def __repr__(self) -> str:
        return f"<rows: {', '.join(repr(self[table])[1:-1] for table in self) or 'none changed'}>"


class Statements(tuple[SqlStatement, ...]):
    """SQL statements in the order in which the system sent them, begins and commits among them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} statements: {'; '.join(' '.join(s.text.split()) for s in self)}>"


class Seen:
    """What happened within `seam.watch()`; there to be asked from its end on."""

    def __init__(self, redactor: Redactor) -> None:
        self.notes: tuple[str, ...] = ()
        self._redactor = redactor
        self._rows: Rows | None = None
        self._sql: Statements | None = None
        self._why_no_sql = ""
        self._changes: tuple[RowChange, ...] = ()

    @property
    def rows(self) -> Rows:
        """The rows that changed, by table, as the database committed them."""
        if self._rows is None:
            raise RuntimeError("rows are known at the end of the `with` block of seam.watch()")
        return self._rows

    @property
    def sql(self) -> Statements:
        """The statements that the system sent. Raises `RuntimeError` where they cannot be seen."""
        if self._sql is None:
            raise RuntimeError(
                self._why_no_sql or "statements are known at the end of the `with` block"
            )
        return self._sql

    def end(
        self,
        changes: tuple[RowChange, ...],
        catalog: Catalog,
        sql: tuple[SqlStatement, ...] | None,
        why_no_sql: str,
    ) -> None:
        """Keep what was seen; `sql` is None where, for that reason, statements do not pass by us."""
        self._changes = changes
        self._rows = Rows(changes, catalog, self)
        self._sql = None if sql is None else Statements(sql)
        self._why_no_sql = f"the system's statements are not seen: {why_no_sql}"

    def lines(self) -> Iterator[str]:
        """All that was seen, fit to show where a test failed."""
        yield from self.row_lines()
        if self._sql is not None:
            yield "sql:" if self._sql else "sql: none"
            for statement in self._sql[:_STATEMENTS]:
                yield f"  {visible(told(self._redactor.statement(statement)))}"
            if (more := len(self._sql) - _STATEMENTS) > 0:
                yield f"  … {more} more"
        yield from (f"note: {visible(self._redactor.text(note))}" for note in self.notes)

    def row_lines(self) -> Iterator[str]:
        """The rows that changed, one a line."""
        yield "rows:" if self._changes else "rows: none changed"
        for change in self._changes[:_ROWS]:
            yield f"  {visible(brief_change(self._redactor.change(change)))}"
        if (more := len(self._changes) - _ROWS) > 0:
            yield f"  … {more} more"
