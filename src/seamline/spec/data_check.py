"""The kinds of checks that `tables.NAME.checks` may hold: one struct each, its docstring what it claims."""

from __future__ import annotations

from typing import Annotated

import msgspec

from seamline.model.vocabulary import Severity
from seamline.spec.word import Count, Name, Scalar, Share, must

Several = Annotated[
    tuple[Name, ...], msgspec.Meta(min_length=2, extra={"must": "must name two columns or more"})
]
Bound = int | float | str | None
"""A number, or text that the database reads as a value of the column, such as a date."""
Number = int | float
Age = Annotated[
    str,
    must(
        "be a number and one of s, m, h, d, w, such as '2h' or '7d'",
        r"^[0-9]{1,9}[smhdw](?![\s\S])",
    ),
]


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """An object of the file; a key that it does not have is an error."""


class DerivedCounts(Entry, frozen=True, kw_only=True):
    """What the rows were like when the check was derived."""

    rows: Count
    violations: Count


class Tolerance(Entry, frozen=True, kw_only=True):
    """How many rows may break the check: either a number of `rows`, or a `share` of those looked at."""

    rows: Count | None = None
    share: Share | None = None


class _Check(Entry, frozen=True, kw_only=True, tag_field="check"):
    severity: Severity = "error"
    name: str = ""
    derived: DerivedCounts | None = None


class _OfRows(_Check, frozen=True, kw_only=True):
    """A check that single rows break. `where` is SQL: only rows of which it holds are looked at."""

    where: Name | None = None
    tolerance: Tolerance | None = None


class _OfTable(_Check, frozen=True, kw_only=True):
    """A check of what all rows amount to, or all that `where` holds of; its bounds are its tolerance."""

    where: Name | None = None


class NotNull(_OfRows, frozen=True, kw_only=True, tag="notNull"):
    """The column holds a value in every row."""

    column: Name


class Range(_OfRows, frozen=True, kw_only=True, tag="range"):
    """The column is at least `min` and at most `max`; nulls pass."""

    column: Name
    min: Bound = None
    max: Bound = None


class Length(_OfRows, frozen=True, kw_only=True, tag="length"):
    """The text has at least `min` and at most `max` characters; nulls pass."""

    column: Name
    min: Count | None = None
    max: Count | None = None


class Matches(_OfRows, frozen=True, kw_only=True, tag="matches"):
    """The column matches a regular expression of the database; nulls pass."""

    column: Name
    pattern: str


class OneOf(_OfRows, frozen=True, kw_only=True, tag="oneOf"):
    """The column is one of the values; nulls pass."""

    column: Name
    values: tuple[Scalar, ...]


class Unique(_OfRows, frozen=True, kw_only=True, tag="unique"):
    """No two rows, of those of which `where` holds, agree in all columns; `column` is short for one."""

    columns: tuple[Name, ...] = ()
    column: Name | None = None

    def __post_init__(self) -> None:
        _merge_column(self, self.column)


class References(_OfRows, frozen=True, kw_only=True, tag="references"):
    """The columns, where none is null, are those of a row of `table` in `to`; `column` is short for one.

    A table of another schema is written with it: `billing.accounts`.
    """

    columns: tuple[Name, ...] = ()
    column: Name | None = None
    table: Name
    to: tuple[Name, ...]

    def __post_init__(self) -> None:
        _merge_column(self, self.column)


class Ordered(_OfRows, frozen=True, kw_only=True, tag="ordered"):
    """In every row each column is at most the next; nulls pass."""

    columns: Several


class Constraint(_OfRows, frozen=True, kw_only=True, tag="constraint"):
    """An SQL condition over the row's columns is not false in any row, as in CHECK."""

    expression: Name


class Sql(_Check, frozen=True, kw_only=True, tag="sql"):
    """A SELECT of the rows that are wrong. `keyedBy` names, per table, the expression in it that equals
    the table's key, so that only changed rows need be looked at."""

    name: Name
    violations: Name
    keyed_by: dict[str, str] = {}
    tolerance: Tolerance | None = None


class EqualSums(_OfRows, frozen=True, kw_only=True, tag="equalSums"):
    """The sum of an expression here equals (to within `within`) the sum of `equals` in `table`.

    With `by` and `to` for each value of these columns here and there by itself; what one side has no
    rows of sums up to 0. `tableWhere` is for the other table what `where` is for this one.
    """

    sum: Name
    table: Name
    equals: Name
    by: tuple[Name, ...] = ()
    to: tuple[Name, ...] = ()
    table_where: Name | None = None
    within: Number = 0


class NullShare(_OfTable, frozen=True, kw_only=True, tag="nullShare"):
    """At least `min` and at most `max` of the rows, as a share from 0 to 1, have no value in the column."""

    column: Name
    min: Share | None = None
    max: Share | None = None


class RowCount(_OfTable, frozen=True, kw_only=True, tag="rowCount"):
    """There are at least `min` and at most `max` rows."""

    min: Count | None = None
    max: Count | None = None


class Mean(_OfTable, frozen=True, kw_only=True, tag="mean"):
    """The mean of the column's values is at least `min` and at most `max`; without values it passes."""

    column: Name
    min: Number | None = None
    max: Number | None = None


class Quantile(_OfTable, frozen=True, kw_only=True, tag="quantile"):
    """The least value that the share `at` of all values do not exceed (0.5: the median) is at least
    `min` and at most `max`; without values it passes."""

    column: Name
    at: Share
    min: Bound = None
    max: Bound = None


class Freshness(_OfTable, frozen=True, kw_only=True, tag="freshness"):
    """The newest value is at most `maxAge` old by the database's clock; without values it passes.

    What has no time zone is taken to be in UTC.
    """

    column: Name
    max_age: Age


Check = (
    NotNull
    | Range
    | Length
    | Matches
    | OneOf
    | Unique
    | References
    | Ordered
    | Constraint
    | Sql
    | EqualSums
    | NullShare
    | RowCount
    | Mean
    | Quantile
    | Freshness
)


def _merge_column(check: Unique | References, column: str | None) -> None:
    if column is not None:
        msgspec.structs.force_setattr(check, "columns", (column,))
        msgspec.structs.force_setattr(check, "column", None)
