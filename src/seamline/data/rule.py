"""One check of one table's rows, whatever it came from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from seamline.model.catalog import Table
from seamline.model.vocabulary import Severity

_OF_TABLES = frozenset(("nullShare", "rowCount", "mean", "quantile", "freshness"))


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A check of a table's rows, names resolved against the catalog.

    `label` says it in words and is its identity within the table. `proven` names the constraint by
    which the database itself guarantees it. `where` is SQL that holds of the rows that are looked at.
    The other fields are those of its kind: bounds `low`/`high` (range, length, nullShare, rowCount,
    mean, quantile), matches `pattern`, oneOf `values`, references `target` and `to`, constraint and
    sql `sql`, sql `keyed_by` (table -> `alias.column`), quantile `at`, freshness `max_age_s`.
    equalSums has the two sums in `sql` and `other_sql`, the other rows in `target` and `other_where`,
    groups in `columns` and `to`, and may be off by `within`. `path` is its place in the data file.
    """

    table: Table
    check: str
    label: str
    severity: Severity = "error"
    proven: str = ""
    columns: tuple[str, ...] = ()
    where: str = ""
    low: Any = None
    high: Any = None
    pattern: str = ""
    values: tuple[Any, ...] = ()
    target: Table | None = None
    to: tuple[str, ...] = ()
    sql: str = ""
    keyed_by: dict[str, str] = {}
    other_sql: str = ""
    other_where: str = ""
    within: float = 0
    at: float = 0
    max_age_s: int = 0
    allowed_rows: int | None = None
    allowed_share: float | None = None
    path: tuple[str | int, ...] = ()
    origin: str = "the catalog"

    @property
    def of_table(self) -> bool:
        """Whether it is about what all rows amount to: no single row breaks it."""
        return self.check in _OF_TABLES or (self.check == "equalSums" and not self.columns)

    @property
    def tolerant(self) -> bool:
        """Whether some rows may break it."""
        return self.allowed_rows is not None or self.allowed_share is not None

    def tolerates(self, violations: int, rows: int) -> bool:
        """Whether so many of so many rows may break it."""
        if self.allowed_rows is not None:
            return violations <= self.allowed_rows
        # As it is written: 0.29 of 100 rows are 29, which binary fractions would miss.
        return violations == 0 or (
            self.allowed_share is not None
            and violations <= _exact(self.allowed_share) * _exact(rows)
        )


def _exact(number: float) -> Decimal:
    return Decimal(repr(number))
