"""What a database says of itself: tables, columns, keys and constraints."""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import msgspec


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a table.

    `type` is the engine's full spelling (`numeric(12,2)`), `base` its bare name with domains
    resolved (`numeric`). `enum` lists the labels of an enum type in order, else it is empty. `by_bytes`
    is false for texts that are equal where their bytes differ (a nondeterministic collation).
    """

    name: str
    type: str
    base: str
    nullable: bool
    default: str | None = None
    identity: bool = False
    generated: bool = False
    max_length: int | None = None
    enum: tuple[str, ...] = ()
    by_bytes: bool = True


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a composite type, its type in full spelling."""

    name: str
    type: str


class Type(msgspec.Struct, frozen=True, kw_only=True):
    """A type that is made of others, or of labels.

    `of` is what a domain stands on, what a range is over, the range of a multirange. `checks` are a
    domain's own, over the word VALUE.
    """

    name: str
    kind: Literal["enum", "composite", "domain", "range", "multirange"]
    of: str | None = None
    labels: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    checks: tuple[str, ...] = ()
    not_null: bool = False


class UniqueKey(msgspec.Struct, frozen=True, kw_only=True):
    """A unique index.

    `predicate` is set for a partial one, `plain` is false for one over expressions, which
    `expressions` then holds. `valid` is false for an index that the engine does not enforce (a
    failed concurrent build).
    """

    name: str
    columns: tuple[str, ...]
    primary: bool = False
    predicate: str | None = None
    plain: bool = True
    valid: bool = True
    nulls_distinct: bool = True
    expressions: tuple[str, ...] = ()


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True):
    """Columns that refer to another table's; `validated` is false for NOT VALID ones.

    With `match_full` either all columns are null or none, else one null column is enough to refer to nothing.
    """

    name: str
    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    on_delete: str = "no action"
    validated: bool = True
    deferrable: bool = False
    match_full: bool = False


class CheckConstraint(msgspec.Struct, frozen=True, kw_only=True):
    """A CHECK; `expression` is SQL over the table's columns without the word CHECK."""

    name: str
    expression: str
    validated: bool = True


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """An exclusion constraint: no two rows may be such that every operator holds between them.

    `expressions` are those of its elements that are no plain columns.
    """

    name: str
    columns: tuple[str, ...]
    operators: tuple[str, ...]
    expressions: tuple[str, ...] = ()
    predicate: str | None = None


class Table(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One table. `name` is bare for the default schema, else `schema.table`; `sql` is quoted.

    `bound` is what a partition's rows satisfy, as SQL, its parents' bounds included; None for no
    partition and for one that takes everything. `partitioned` tables hold no rows of their own.
    """

    name: str
    sql: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[UniqueKey, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[CheckConstraint, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    partition_of: str | None = None
    bound: str | None = None
    partitioned: bool = False

    @cached_property
    def by_column(self) -> dict[str, Column]:
        """Columns by name."""
        return {c.name: c for c in self.columns}


class Catalog(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All tables of one database, ordered by name, without Seamline's own."""

    engine: str
    version: str
    tables: tuple[Table, ...]
    types: tuple[Type, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Tables by name."""
        return {t.name: t for t in self.tables}

    @cached_property
    def by_type(self) -> dict[str, Type]:
        """Types by name."""
        return {t.name: t for t in self.types}
