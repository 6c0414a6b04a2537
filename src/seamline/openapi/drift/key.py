"""Keys: what may be there only once, and what must be there, without a refusal that the document names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from seamline.model.catalog import Table, UniqueKey
from seamline.openapi.document import Document
from seamline.openapi.drift.drift import Drift
from seamline.openapi.drift.field import Field
from seamline.openapi.operation import Operation
from seamline.text.pointer import at_pointer

_FRAMEWORK = "HTTPValidationError"
"""FastAPI documents a 422 with this schema at every operation: it says nothing of rows."""
_ABSENT: Mapping[str, tuple[Any, ...]] = {
    "uuid": ("5ea00000-0000-4000-8000-00000000dead",),
    "smallint": (32_749,),
    "integer": (2_147_483_629,),
    "bigint": (2_147_483_629,),
    "character varying": ("seamabsent", "SEAMABSENT"),
    "text": ("seamabsent", "SEAMABSENT"),
}


def unique(
    operation: Operation, document: Document, table: Table, fields: Sequence[Field]
) -> Iterator[Drift]:
    """A unique key makes the second of two alike an error there; the document names no conflict."""
    if operation.method != "POST" or _names(operation, document, 409):
        return
    asked = {f.column.name: f for f in fields}
    parents = {c for k in table.foreign_keys for c in k.columns}
    for key in _keys(table):
        given = [asked[c] for c in key.columns if c in asked]
        if not given or not set(key.columns) <= {*asked, *parents}:
            continue
        if all(f.column.name in parents for f in given):
            continue
        name = _joined(key.columns)
        free = [f for f in given if f.column.name not in parents]
        value = _value(free[0]) if len(free) == 1 else None
        yield Drift(
            rule="unique",
            name=free[0].name if len(free) == 1 else _joined(tuple(f.name for f in given)),
            pointer=_responses(operation),
            table=table.name,
            column=name,
            type="UNIQUE",
            says="names no 409",
            holds="may be there only once",
            mend=f"a 409 at {_responses(operation)}",
            columns=key.columns,
            value=msgspec.UNSET if value is None else value,
        )


def foreign(
    operation: Operation, document: Document, table: Table, fields: Sequence[Field]
) -> Iterator[Drift]:
    """A foreign key makes a reference to nothing an error there; the document names no refusal of it."""
    if _names(operation, document, 404, 409, 400, 422):
        return
    asked = {f.column.name: f for f in fields}
    for key in table.foreign_keys:
        field = asked.get(key.columns[0]) if len(key.columns) == 1 else None
        if field is None:
            continue
        value = _value(field)
        if value is None:
            continue
        yield field.drift(
            "foreign",
            says="names neither 404 nor 409 nor 422",
            holds=f"refers to {key.table}",
            mend=f"a 404, 409 or 422 at {_responses(operation)}",
            value=value,
        )


def _keys(table: Table) -> Iterator[UniqueKey]:
    """The unique keys that any two rows may break, each set of columns once."""
    seen: set[tuple[str, ...]] = set()
    for key in table.unique:
        columns = tuple(sorted(key.columns))
        if key.valid and key.plain and key.predicate is None and columns not in seen:
            seen.add(columns)
            yield key


def _value(field: Field) -> Any:
    """A value of a key that no row has; None where none is plain."""
    values = _ABSENT.get(field.column.base, ())
    return next((v for v in values if field.allows(v)), None)


def _names(operation: Operation, document: Document, *statuses: int) -> bool:
    """Whether the document names one of the statuses, and not only as a framework does for all."""
    return any(
        (answer := operation.answer_for(status)) is not None
        and not any(_is_framework(document, pointer) for pointer in answer.media.values())
        for status in statuses
    )


def _is_framework(document: Document, pointer: str | None) -> bool:
    schema = at_pointer(document.raw, pointer) if pointer is not None else None
    ref = schema.get("$ref") if isinstance(schema, dict) else None
    return isinstance(ref, str) and ref.rpartition("/")[2] == _FRAMEWORK


def _responses(operation: Operation) -> str:
    return f"{operation.key} responses"


def _joined(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"
