"""Contract drift: where the document allows what the database's catalog does not, or the other way round.

Pure and static: what is found here is a suspicion that a request has to confirm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from seamline.model.catalog import Column, Table
from seamline.openapi.drift.deeper import in_address, in_items, in_objects
from seamline.openapi.drift.drift import Drift
from seamline.openapi.drift.field import Field, answered, asked
from seamline.openapi.drift.key import foreign, unique
from seamline.openapi.drift.listed import refused, unlisted
from seamline.openapi.drift.null import default, missing, null, null_answer
from seamline.openapi.drift.number import bounds, scale, size, width
from seamline.openapi.drift.text import form, length
from seamline.openapi.operation import Operation
from seamline.openapi.validate import BodySchemas
from seamline.rows.limit import Limit

__all__ = [
    "Drift",
    "drift_of_address",
    "drift_of_answer",
    "drift_of_request",
    "drift_within",
    "left_null",
]

Rule = Callable[[Field], Iterator[Drift]]

OF_VALUES: tuple[Rule, ...] = (width, bounds, size, scale, length, form, refused, null)
"""Rules of a property that a request carries."""
OF_ADDRESSES: tuple[Rule, ...] = (width, form, refused)
"""Rules of a parameter: what is compared with a column of another type is an error in some databases."""
OF_NEW_ROWS: tuple[Rule, ...] = (missing, default)
"""Rules of a property that a request which creates leaves out."""
OF_ANSWERS: tuple[Rule, ...] = (null_answer, unlisted)
"""Rules of a property that an answer shows."""


def drift_of_request(
    operation: Operation,
    schemas: BodySchemas,
    table: Table,
    columns: Mapping[str, Column],
    limits: Mapping[str, Limit],
) -> Iterator[Drift]:
    """What a request may carry by the document and the table cannot hold. `schemas` are of requests."""
    fields = [
        f for f in asked(operation, schemas, columns, table, limits) if not f.column.generated
    ]
    rules = (*OF_VALUES, *OF_NEW_ROWS) if operation.method == "POST" else OF_VALUES
    for field in fields:
        for rule in rules:
            yield from rule(field)
    yield from unique(operation, schemas.document, table, fields)
    yield from foreign(operation, schemas.document, table, fields)


def drift_within(
    operation: Operation,
    schemas: BodySchemas,
    table: Table,
    children: Mapping[str, Table],
    limits: Mapping[str, Mapping[str, Limit]],
) -> Iterator[Drift]:
    """What objects and lists within a body may carry; `children` are tables that its lists may fill."""
    fields = [*in_objects(operation, schemas, table, limits[table.name])]
    for name, child in children.items():
        fields += in_items(operation, schemas, child, limits[name])
    for field in fields:
        for rule in OF_VALUES if not field.column.generated else ():
            yield from rule(field)


def drift_of_address(
    operation: Operation,
    schemas: BodySchemas,
    table: Table,
    columns: Mapping[tuple[str, str], Column],
) -> Iterator[Drift]:
    """What path and query may carry and the columns that they are compared with cannot."""
    for field in in_address(operation, schemas, table, columns):
        for rule in OF_ADDRESSES:
            # A day is compared with a moment without an error.
            yield from (d for d in rule(field) if rule is not form or field.column.base != "date")


def left_null(
    found: Drift,
    operation: Operation,
    schemas: BodySchemas,
    table: Table,
    columns: Mapping[str, Column],
) -> Drift:
    """A null that an answer may not show, with how the operation's own request leaves one in the row."""
    if found.rule != "nullAnswer" or operation.method != "POST":
        return found
    for field in asked(operation, schemas, columns, table, {}):
        if field.column.name == found.column and field.column.default is None:
            if not field.required:
                return msgspec.structs.replace(found, is_triable=True)
            if field.allows(None):
                return msgspec.structs.replace(found, is_triable=True, value=None)
    return found


def drift_of_answer(
    operation: Operation,
    schemas: BodySchemas,
    table: Table,
    columns: Mapping[str, Column],
    limits: Mapping[str, Limit],
) -> Iterator[Drift]:
    """What the table may hold and the answer may not show. `schemas` are of answers."""
    for field in answered(operation, schemas, columns, table, limits):
        for rule in OF_ANSWERS:
            yield from rule(field)
