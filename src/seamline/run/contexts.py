"""What the checks are told of each operation: from the document, the spec file and the catalog."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from seamline.checks import Context
from seamline.checks.context import Place
from seamline.model.catalog import Catalog
from seamline.model.vocabulary import ANONYMOUS, API_CHECKS, RowOp
from seamline.openapi.error_shape import error_shape
from seamline.openapi.operation import Operation
from seamline.openapi.validate import BodySchemas
from seamline.spec.data import Reconciliation
from seamline.spec.endpoints import Budget, EndpointSpec, chosen

_WRITES: Mapping[str, tuple[RowOp, ...]] = {
    "POST": ("insert",),
    "PUT": ("update", "insert"),
    "PATCH": ("update",),
    "DELETE": ("delete", "update"),
}
_PARAMETER = re.compile(r"\{[^{}/]+\}")


def contexts(
    endpoints: Mapping[str, EndpointSpec],
    operations: Mapping[str, Operation],
    schemas: BodySchemas | None,
    catalog: Catalog | None,
    secrets: frozenset[str],
    roles: frozenset[str] = frozenset(),
    reconcile: Sequence[Reconciliation] = (),
) -> dict[str, Context]:
    """A context per operation that the document or the spec file knows. `roles` are the toml's,
    `reconcile` the data file's entries."""
    shape = error_shape(schemas.document, operations.values()) if schemas is not None else None
    shown: dict[str, tuple[Reconciliation, ...]] = {}
    for entry in reconcile:
        shown[entry.operation] = (*shown.get(entry.operation, ()), entry)
    found = {
        key: _context(
            key, endpoints.get(key), operations.get(key), schemas, catalog, secrets, roles
        )
        for key in {**operations, **endpoints, **shown}
    }
    budgets = {k: e.budget or Budget() for k, e in endpoints.items()}
    return {
        k: msgspec.structs.replace(
            c,
            error_shape=shape,
            latency_ms=budgets.get(k, Budget()).latency_ms,
            statements=budgets.get(k, Budget()).statements,
            reconcile=shown.get(k, ()),
        )
        for k, c in found.items()
    }


def methods_of(operations: Iterable[Operation]) -> dict[str, frozenset[str]]:
    """The methods that a document has, by path."""
    found: dict[str, frozenset[str]] = {}
    for operation in operations:
        found[operation.path] = found.get(operation.path, frozenset()) | {operation.method}
    return found


def _context(
    key: str,
    endpoint: EndpointSpec | None,
    operation: Operation | None,
    schemas: BodySchemas | None,
    catalog: Catalog | None,
    secrets: frozenset[str],
    roles: frozenset[str],
) -> Context:
    effects = (endpoint.effects.success_ops if endpoint and endpoint.effects else None) or {}
    errors = endpoint.effects.error_ops if endpoint and endpoint.effects else {}
    columns = {
        pointer: Place(*place.rsplit(".", 1))
        for pointer, place in (endpoint.columns if endpoint else {}).items()
    }
    access, access_from = _access(endpoint, operation, roles)
    return Context(
        access=access,
        access_from=access_from,
        operation=operation,
        schemas=schemas,
        catalog=catalog,
        resource=resource(key, effects, columns, catalog),
        effects=effects,  # type: ignore[arg-type] # the loader has checked the words
        error_tables=frozenset(errors),
        columns=columns,
        requires_auth=requires_auth(endpoint, operation),
        secrets=secrets,
        validations=chosen(endpoint.validations if endpoint else None, API_CHECKS),
    )


def _access(
    endpoint: EndpointSpec | None, operation: Operation | None, roles: frozenset[str]
) -> tuple[frozenset[str] | None, str]:
    """Who may call it: as the spec file says, else by scopes of the document that are named like roles."""
    if endpoint is not None and endpoint.access is not None:
        learned = "learned" if endpoint.access.learned else "reviewed"
        return frozenset(endpoint.access.roles), learned
    if operation is None or not operation.scopes or not roles:
        return None, ""
    # Of several scopes together none alone is enough: that says nothing of a single role.
    if not all(len(scopes) == 1 and scopes <= roles for scopes in operation.scopes):
        return None, ""
    return frozenset[str]().union(*operation.scopes), "document"


def requires_auth(endpoint: EndpointSpec | None, operation: Operation | None) -> bool:
    """Whether credentials are needed: a person says so, else the document does."""
    if endpoint is not None:
        if endpoint.access is not None:
            return ANONYMOUS not in endpoint.access.roles
        if isinstance(endpoint.validations, tuple) and "authRequired" in endpoint.validations:
            return True
    return operation is not None and operation.secured


def resource(
    key: str,
    effects: Mapping[str, frozenset[str]],
    columns: Mapping[str, Place],
    catalog: Catalog | None,
) -> str | None:
    """The table that an operation is about, or None where that is not plain.

    In this order: the only table that a person says it writes in its method's own way; the table
    that its answer is mapped to most; the table named like the path's last fixed segment. Where a
    person says what a writing operation writes, it is one of those tables.
    """
    method, _, path = key.partition(" ")
    ways = _WRITES.get(method, ())
    said = {op: [t for t, ops in effects.items() if op in ops] for op in ways}
    tables = next((tables for tables in said.values() if tables), [])
    if len(tables) == 1:
        return tables[0]
    if columns:
        (most, count), *others = Counter(place.table for place in columns.values()).most_common(2)
        return most if not others or count > others[0][1] else None
    fixed = [s for s in path.split("/") if s and not _PARAMETER.fullmatch(s)]
    if catalog is None or not fixed:
        return None
    found = [t for t in catalog.by_name if _words(t.rpartition(".")[2]) == _words(fixed[-1])]
    if len(found) != 1 or (ways and effects and found[0] not in tables):
        return None
    return found[0]


def _words(name: str) -> str:
    """A name in a form in which `flow-runs`, `flow_run` and `FlowRun` are the same."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().replace("-", "_")
    for ending, singular in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")):
        if snake.endswith(ending) and not snake.endswith("ss"):
            return snake[: -len(ending)] + singular
    return snake
