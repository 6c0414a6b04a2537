"""`Data_Validation_Framework`: per table the checks of its rows, and what is asked of the whole database."""

from __future__ import annotations

from typing import Literal

import msgspec

from seamline.spec.data_check import Check, Entry
from seamline.spec.word import Count, Name, Operation, Pointer


class TableChecks(Entry, frozen=True, kw_only=True):
    """One table: `proven` says in words what the database guarantees already, `checks` what is looked up."""

    proven: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()


class Computed(Entry, frozen=True, kw_only=True):
    """What no column holds: SQL over the row, `SELECT` or expression, that gives one value."""

    sql: Name


class Reconciliation(Entry, frozen=True, kw_only=True):
    """What an operation answers must be what the table holds: pointers into the answer, or into each
    item of the list at `each`, to columns of the row or to SQL over it.

    `where` is SQL that says which rows are shown, `orderBy` in which order, `total` where the answer says
    how many they are. In SQL `:identity.x` is a column of the caller's row, `:path.x` and `:query.x` are
    parameters of the request. `learned` entries were found by `seamline init`, and nobody has reviewed them.
    """

    operation: Operation
    table: Name
    columns: dict[Pointer, Name | Computed]
    each: Pointer | None = None
    where: Name | None = None
    order_by: Name | None = None
    total: Pointer | None = None
    learned: bool = False


class Transactions(Entry, frozen=True, kw_only=True):
    """Operations that must be all or nothing, and how far their schedules are explored."""

    atomic: tuple[Operation, ...] = ()
    pairs: Literal["ranked", "all"] = "ranked"
    preemptions: Count = 2


class MigrationBudget(Entry, frozen=True, kw_only=True):
    """How long a migration may hold a table against everybody."""

    access_exclusive_ms: Count | None = None


class PreviousRelease(Entry, frozen=True, kw_only=True):
    """The release that runs beside the new one during a deployment: a git ref such as `origin/main`.

    `prepare` is a command that is run in its folder before it is started: `["npm", "ci"]`.
    """

    ref: Name
    prepare: tuple[Name, ...] = ()


class Loss(Entry, frozen=True, kw_only=True):
    """A revision that removes rows on purpose, and why."""

    revision: Name
    reason: Name


class Migrations(Entry, frozen=True, kw_only=True):
    """Revisions that need not go down again or that remove rows, what production is at, rows, limits.

    `deployed` and all below it is history: only what stands above it has still to be applied to full tables
    while the system runs. Without it nobody knows, and what would lock is told as a remark.
    """

    irreversible: tuple[str, ...] = ()
    loses: tuple[Loss, ...] = ()
    deployed: tuple[str, ...] | None = None
    rows: Count = 100_000
    budget: MigrationBudget | None = None
    previous: PreviousRelease | None = None


class DataFramework(Entry, frozen=True, kw_only=True):
    """Data validation framework: checks of each table's rows, policy for transactions and migrations."""

    schema_: str | None = msgspec.field(name="$schema", default=None)
    version: Literal[1] = 1
    tables: dict[str, TableChecks] = msgspec.field(default_factory=dict)
    reconcile: tuple[Reconciliation, ...] = ()
    transactions: Transactions = Transactions()
    migrations: Migrations = Migrations()
