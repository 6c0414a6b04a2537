"""What a database says of itself: tables, columns, keys and constraints."""

from __future__ import annotations

from functools import cached_property

import msgspec


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a table.

    `type` is the engine's full spelling (`numeric(12,2)`), `base` its bare name with domains
    resolved (`numeric`). `enum` lists the labels of an enum type in order, else it is empty.
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


class UniqueKey(msgspec.Struct, frozen=True, kw_only=True):
    """A unique index.

    `predicate` is set for a partial one, `plain` is false for one over expressions. `valid`
    is false for an index that the engine does not enforce (a failed concurrent build).
    """

    name: str
    columns: tuple[str, ...]
    primary: bool = False
    predicate: str | None = None
    plain: bool = True
    valid: bool = True
    nulls_distinct: bool = True


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True):
    """Columns that refer to another table's; `validated` is false for NOT VALID ones."""

    name: str
    columns: tuple[str, ...]
    table: str
    to: tuple[str, ...]
    on_delete: str = "no action"
    validated: bool = True


class CheckConstraint(msgspec.Struct, frozen=True, kw_only=True):
    """A CHECK; `expression` is SQL over the table's columns without the word CHECK."""

    name: str
    expression: str
    validated: bool = True


class Table(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One table. `name` is bare for the default schema, else `schema.table`; `sql` is quoted."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[UniqueKey, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    checks: tuple[CheckConstraint, ...] = ()
    partition_of: str | None = None

    @cached_property
    def by_column(self) -> dict[str, Column]:
        """Columns by name."""
        return {c.name: c for c in self.columns}


class Catalog(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All tables of one database, ordered by name, without Seamline's own."""

    engine: str
    version: str
    tables: tuple[Table, ...]

    @cached_property
    def by_name(self) -> dict[str, Table]:
        """Tables by name."""
        return {t.name: t for t in self.tables}
