"""`Data_Validation_Framework`: per table the checks of its rows, and what is asked of the whole database."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from seamline.model.vocabulary import Severity
from seamline.spec.word import Count, Name, Operation, Pointer, Scalar, Share

Several = Annotated[
    tuple[Name, ...], msgspec.Meta(min_length=2, extra={"must": "must name two columns or more"})
]
Bound = int | float | str | None
"""A number, or text that the database reads as a value of the column, such as a date."""


class _Entry(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
): ...


class DerivedCounts(_Entry, frozen=True, kw_only=True):
    """What the rows were like when the check was derived."""

    rows: Count
    violations: Count


class _Check(_Entry, frozen=True, kw_only=True, tag_field="check"):
    severity: Severity = "error"
    name: str = ""
    derived: DerivedCounts | None = None


class NotNull(_Check, frozen=True, kw_only=True, tag="notNull"):
    """The column holds a value in every row."""

    column: Name


class Range(_Check, frozen=True, kw_only=True, tag="range"):
    """The column is at least `min` and at most `max`; nulls pass."""

    column: Name
    min: Bound = None
    max: Bound = None


class Matches(_Check, frozen=True, kw_only=True, tag="matches"):
    """The column matches a regular expression of the database; nulls pass."""

    column: Name
    pattern: str


class OneOf(_Check, frozen=True, kw_only=True, tag="oneOf"):
    """The column is one of the values; nulls pass."""

    column: Name
    values: tuple[Scalar, ...]


class Unique(_Check, frozen=True, kw_only=True, tag="unique"):
    """No two rows agree in all of the columns; `column` is short for one."""

    columns: tuple[Name, ...] = ()
    column: Name | None = None

    def __post_init__(self) -> None:
        _merge_column(self, self.column)


class References(_Check, frozen=True, kw_only=True, tag="references"):
    """The columns, where none is null, are those of a row of `table` in `to`; `column` is short for one."""

    columns: tuple[Name, ...] = ()
    column: Name | None = None
    table: Name
    to: tuple[Name, ...]

    def __post_init__(self) -> None:
        _merge_column(self, self.column)


class Ordered(_Check, frozen=True, kw_only=True, tag="ordered"):
    """In every row each column is at most the next; nulls pass."""

    columns: Several


class NullShare(_Check, frozen=True, kw_only=True, tag="nullShare"):
    """At most this share of the rows has no value in the column."""

    column: Name
    max: Share


class Constraint(_Check, frozen=True, kw_only=True, tag="constraint"):
    """An SQL condition over the row's columns is not false in any row, as in CHECK."""

    expression: Name


class Sql(_Check, frozen=True, kw_only=True, tag="sql"):
    """A SELECT of the rows that are wrong. `keyedBy` names, per table, the expression in it that equals
    the table's key, so that only changed rows need be looked at."""

    name: Name
    violations: Name
    keyed_by: dict[str, str] = {}


Check = (
    NotNull | Range | Matches | OneOf | Unique | References | Ordered | NullShare | Constraint | Sql
)


class TableChecks(_Entry, frozen=True, kw_only=True):
    """One table: `proven` says in words what the database guarantees already, `checks` what is looked up."""

    proven: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


class Reconciliation(_Entry, frozen=True, kw_only=True):
    """What an operation answers must be what the table holds: pointers into the answer, or into each
    item of the list at `each`, to columns of the row; `where` says which rows a list shows."""

    operation: Operation
    table: Name
    columns: dict[Pointer, Name]
    each: Pointer | None = None
    where: str | None = None


class Transactions(_Entry, frozen=True, kw_only=True):
    """Operations that must be all or nothing, and how far their schedules are explored."""

    atomic: tuple[Operation, ...] = ()
    pairs: Literal["ranked", "all"] = "ranked"
    preemptions: Count = 2


class MigrationBudget(_Entry, frozen=True, kw_only=True):
    """How long a migration may hold a table against everybody."""

    access_exclusive_ms: Count | None = None


class PreviousRelease(_Entry, frozen=True, kw_only=True):
    """The release that runs beside the new one during a deployment."""

    ref: Name


class Migrations(_Entry, frozen=True, kw_only=True):
    """Revisions that need not go down again, the rows to try with, and limits."""

    irreversible: tuple[str, ...] = ()
    rows: Count = 100_000
    budget: MigrationBudget | None = None
    previous: PreviousRelease | None = None


class DataFramework(_Entry, frozen=True, kw_only=True):
    """Data validation framework: checks of each table's rows, policy for transactions and migrations."""

    schema_: str | None = msgspec.field(name="$schema", default=None)
    version: Literal[1] = 1
    tables: dict[str, TableChecks] = {}
    reconcile: tuple[Reconciliation, ...] = ()
    transactions: Transactions = Transactions()
    migrations: Migrations = Migrations()


def _merge_column(check: Unique | References, column: str | None) -> None:
    if column is not None:
        msgspec.structs.force_setattr(check, "columns", (column,))
        msgspec.structs.force_setattr(check, "column", None)
