"""`Endpoint_Validation_Specs`: per operation what a person reviews and the cases that tell its story."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal

import msgspec

from seamline.model.case import Attachment, RequestTemplate
from seamline.model.vocabulary import CaseKind, RowOp
from seamline.spec.word import (
    ApiCheck,
    ColumnName,
    Count,
    Endpoint,
    Method,
    Name,
    Operation,
    Pointer,
    Positive,
    Status,
)

Statuses = Status | tuple[Status, ...]
Operations = RowOp | tuple[RowOp, ...]


class _Entry(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True
): ...


class Access(_Entry, frozen=True, kw_only=True):
    """Who may call the operation. `learned` is true while no person has reviewed it."""

    roles: tuple[str, ...]
    learned: bool = False


class AllBut(_Entry, frozen=True, kw_only=True):
    """Every check that applies, without those listed."""

    not_: tuple[ApiCheck, ...] = msgspec.field(name="not")


Validations = tuple[ApiCheck, ...] | AllBut | None


class Effects(_Entry, frozen=True, kw_only=True):
    """The tables that a request may write, each with its row operations.

    `success` says it of an accepted request (absent: nobody has reviewed it). `error` says it of a
    refused one; its key `reason` is no table but the explanation that it must carry.
    """

    success: dict[str, Operations] | None = None
    error: dict[str, str | tuple[RowOp, ...]] = {}

    @property
    def success_ops(self) -> dict[str, frozenset[str]] | None:
        """Row operations by table after an accepted request."""
        return None if self.success is None else _sets(self.success)

    @property
    def error_ops(self) -> dict[str, frozenset[str]]:
        """Row operations by table that a refused request may leave behind."""
        return _sets({table: ops for table, ops in self.error.items() if table != "reason"})

    @property
    def reason(self) -> str:
        """Why a refused request may write."""
        reason = self.error.get("reason", "")
        return reason if isinstance(reason, str) else ""


class Allowance(_Entry, frozen=True, kw_only=True):
    """A check whose findings are tolerated, why, and until when; `limit` loosens one that has a limit."""

    check: ApiCheck
    reason: Name
    limit: int | float | None = None
    until: date | None = None


class Budget(_Entry, frozen=True, kw_only=True):
    """What the operation may use: the median time of a few of its requests in milliseconds, SQL statements.

    `learned` says that `init` has counted the statements and nobody has reviewed the number.
    """

    latency_ms: Positive | None = None
    statements: Count | None = None
    learned: bool = False


class DerivedCases(_Entry, frozen=True, kw_only=True):
    """How many further cases were derived when the file was written, and the digest of their ids."""

    cases: Count
    digest: str


class Request(_Entry, frozen=True, kw_only=True):
    """A request; values may be references such as `{"$row": "products[0].sku"}`.

    `form` is sent as multipart where `files` go with it, or `mediaType` says so.
    """

    path: dict[str, Any] = {}
    query: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    cookies: dict[str, Any] = {}
    json: Any = msgspec.UNSET
    form: dict[str, Any] | None = None
    files: dict[str, Attachment] = {}
    body: str | None = None
    media_type: str | None = None

    @property
    def template(self) -> RequestTemplate:
        """The same as a plan holds it."""
        return RequestTemplate(**{name: getattr(self, name) for name in self.__struct_fields__})


class Expect(_Entry, frozen=True, kw_only=True):
    """What the answer must be."""

    status: Statuses

    @property
    def statuses(self) -> tuple[int, ...]:
        """The accepted status codes."""
        return _tuple(self.status)


class Step(_Entry, frozen=True, kw_only=True):
    """One request of several: an `operation`, or `use`, the id of a case of one request.

    `as` is the label by which later steps refer to its answer; without it a used case's id is, else
    its position (`step1`). What a step says beside `use` replaces what the case says.
    """

    use: str | None = None
    operation: Operation | None = None
    as_: Name | None = msgspec.field(name="as", default=None)
    identity: str | None = None
    request: Request | None = None
    expect: Expect | None = None

    @property
    def label(self) -> str:
        """What `$from` names it by; empty where nothing does."""
        return self.as_ or self.use or ""


class Case(_Entry, frozen=True, kw_only=True):
    """One request, or several in `steps`, that start from the seeded rows."""

    id: Name
    kind: CaseKind = "positive"
    identity: str | None = None
    request: Request | None = None
    expect: Expect | None = None
    steps: tuple[Step, ...] = ()
    validations: Validations = None


class EndpointSpec(_Entry, frozen=True, kw_only=True):
    """One operation: what is expected of it, who may call it, what it writes, its cases.

    `validations` left out means every check that applies, a list exactly those, `{"not": [...]}` all
    but those. `columns` maps pointers into a successful answer to columns.
    """

    endpoint: Endpoint
    method: Method
    operation_id: str | None = None
    access: Access | None = None
    expected_status: Statuses | None = None
    validations: Validations = None
    effects: Effects | None = None
    columns: dict[Pointer, ColumnName] = {}
    allow: tuple[Allowance, ...] = ()
    budget: Budget | None = None
    derived: DerivedCases | None = None
    cases: tuple[Case, ...] = ()

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "method", self.method.upper())

    @property
    def operation(self) -> str:
        """`METHOD /path/{template}`, the name that everything else uses."""
        return f"{self.method} {self.endpoint}"

    @property
    def statuses(self) -> tuple[int, ...]:
        """The expected status codes; empty where the file leaves them to the document."""
        return () if self.expected_status is None else _tuple(self.expected_status)


class EndpointSpecs(_Entry, frozen=True, kw_only=True):
    """Endpoint validation specs: what is expected of each operation of the API, and the cases to send."""

    schema_: str | None = msgspec.field(name="$schema", default=None)
    version: Literal[1] = 1
    endpoints: tuple[EndpointSpec, ...]


def chosen(validations: Validations, applicable: Iterable[str]) -> frozenset[str]:
    """The checks among `applicable` that `validations` asks for."""
    names = frozenset(applicable)
    if validations is None:
        return names
    if isinstance(validations, AllBut):
        return names.difference(validations.not_)
    return names.intersection(validations)


def _tuple(statuses: Statuses) -> tuple[int, ...]:
    return (statuses,) if isinstance(statuses, int) else statuses


def _sets(written: dict[str, Any]) -> dict[str, frozenset[str]]:
    return {t: frozenset((ops,) if isinstance(ops, str) else ops) for t, ops in written.items()}
