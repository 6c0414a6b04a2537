"""What a check may know besides the exchange: the contract, the catalog, what people reviewed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from seamline.model.catalog import Catalog, Table
from seamline.model.vocabulary import RowOp
from seamline.openapi.drift import Drift
from seamline.openapi.error_shape import ErrorShape
from seamline.openapi.operation import Operation
from seamline.openapi.validate import BodySchemas
from seamline.spec.data import Reconciliation


class Place(msgspec.Struct, frozen=True):
    """A column of a table."""

    table: str
    column: str


class Noise(msgspec.Struct, frozen=True):
    """What differs when an operation's accepted request is sent twice to the same rows.

    `columns` are (table, column), `fields` pointers into the answer. `written` are the tables that it
    writes both times, None where it was not sent twice: what it writes only once is no doing of it alone.
    """

    columns: frozenset[tuple[str, str]] = frozenset()
    fields: frozenset[str] = frozenset()
    written: frozenset[str] | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Read-only surroundings of an exchange; the same for all exchanges of one operation.

    `resource` is the table whose row the operation is about, where that is known. `effects` are the
    reviewed row changes of a success (table -> operations), `error_tables` the tables that a refused
    request may write. `columns` maps pointers into a successful answer to columns. `secrets` are
    values of secret columns as the database holds them. `validations` are the checks that apply.
    `noise` is what says nothing where two requests are compared. `error_shape` is what nearly all
    documented error answers have in common. `latency_ms` is the time that a person gives the operation,
    `statements` how many statements it may send, `methods` are those that the
    document has, by path. `drifts` are the contradictions between what
    the document says of the operation and what the catalog says of its table.
    `access` are the roles (or identities) that may call the operation, None where nobody says;
    `access_from` is who says so: a person (`reviewed`), `learned` or the `document`. `reconcile` are the
    data file's entries of the operation.
    """

    operation: Operation | None = None
    schemas: BodySchemas | None = None
    catalog: Catalog | None = None
    resource: str | None = None
    effects: dict[str, frozenset[RowOp]] = {}
    error_tables: frozenset[str] = frozenset()
    columns: dict[str, Place] = {}
    requires_auth: bool = False
    secrets: frozenset[str] = frozenset()
    validations: frozenset[str] = frozenset()
    noise: Noise = Noise()
    access: frozenset[str] | None = None
    access_from: str = ""
    error_shape: ErrorShape | None = None
    latency_ms: float | None = None
    statements: int | None = None
    methods: Mapping[str, frozenset[str]] = {}
    drifts: tuple[Drift, ...] = ()
    reconcile: tuple[Reconciliation, ...] = ()

    def table(self, name: str | None) -> Table | None:
        """The catalog's table of that name."""
        return self.catalog.by_name.get(name) if self.catalog is not None and name else None
