"""The properties of a request or an answer beside the columns that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from seamline.model.catalog import Column, Table
from seamline.openapi.document import Document
from seamline.openapi.drift.drift import Drift
from seamline.openapi.operation import Operation
from seamline.openapi.plain import plain
from seamline.openapi.table.word import words
from seamline.openapi.validate import BodySchemas, SchemaProblem
from seamline.rows.limit import Limit
from seamline.text.pointer import ABSENT, at_pointer, escape

_DEEPEST = 8


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A property and its column.

    `pointer` is where the document has its schema, `shape` that schema made plain. `limit` is what the
    table's CHECKs let the column hold; `allows` says whether the document lets the property have a value.
    `within` and `path` are those of `Drift`.
    """

    name: str
    pointer: str
    required: bool
    shape: Mapping[str, Any]
    column: Column
    table: Table
    limit: Limit
    allows: Callable[[Any], bool]
    within: str = "body"
    path: tuple[str | int, ...] = ()

    @property
    def kind(self) -> Any:
        """The JSON type that the document gives it."""
        return self.shape.get("type")

    def drift(self, rule: str, says: str, holds: str, mend: str, **more: Any) -> Drift:
        """A contradiction of this property and its column; `more` are further fields of `Drift`."""
        return Drift(
            rule=rule,
            name=self.name,
            pointer=self.pointer,
            table=self.table.name,
            column=self.column.name,
            type=self.column.type,
            says=says,
            holds=holds,
            mend=mend,
            within=self.within,
            path=self.path,
            **more,
        )


def asked(
    operation: Operation,
    schemas: BodySchemas,
    columns: Mapping[str, Column],
    table: Table,
    limits: Mapping[str, Limit],
) -> Iterator[Field]:
    """The properties of a JSON body that stand for a column; of a list those of its items."""
    for media, body in operation.bodies.items():
        if "json" in media:
            place = item_of(schemas.document, body.schema, body.pointer)
            yield from fields_of(schemas, *place, "readOnly", columns, table, limits)
            return


def answered(
    operation: Operation,
    schemas: BodySchemas,
    columns: Mapping[str, Column],
    table: Table,
    limits: Mapping[str, Limit],
) -> Iterator[Field]:
    """The properties of the first JSON answer of a success that stand for a column."""
    for status, answer in operation.answers.items():
        for media, pointer in answer.media.items() if status.startswith("2") else ():
            if pointer is not None and "json" in media:
                schema = at_pointer(schemas.document.raw, pointer)
                place = item_of(schemas.document, None if schema is ABSENT else schema, pointer)
                yield from fields_of(schemas, *place, "writeOnly", columns, table, limits)
                return


def names(operation: Operation, document: Document) -> tuple[str, ...]:
    """The names of all properties of a JSON body."""
    for media, body in operation.bodies.items():
        if "json" in media:
            place = item_of(document, body.schema, body.pointer)
            return tuple(name for name, _, _ in places(document, *place, 0))
    return ()


def by_name(table: Table, properties: Iterator[str] | tuple[str, ...]) -> dict[str, Column]:
    """The column of each property that is named like one: `flowId` for `flow_id`."""
    columns = {words(c.name): c for c in table.columns}
    return {n: columns[words(n)] for n in properties if words(n) in columns}


def item_of(document: Document, schema: Any, pointer: str) -> tuple[Any, str]:
    """The schema of an item and where it is, where the body is a list; else what was given."""
    node, ref = document.follow(schema)
    if isinstance(node, dict) and node.get("type") == "array" and "items" in node:
        return node["items"], f"{ref or pointer}/items"
    return schema, pointer


def fields_of(
    schemas: BodySchemas,
    schema: Any,
    pointer: str,
    absent: str,
    columns: Mapping[str, Column],
    table: Table,
    limits: Mapping[str, Limit],
) -> Iterator[Field]:
    """The properties of a schema that stand for a column, but for those with the mark `absent`."""
    document = schemas.document
    required = plain(document, schema).get("required")
    done: set[str] = set()
    for name, place, written in places(document, schema, pointer, 0):
        column, shape = columns.get(name), plain(document, written)
        if column is None or name in done or shape.get(absent) is True:
            continue
        done.add(name)
        yield Field(
            name=name,
            pointer=place,
            required=isinstance(required, list) and name in required,
            shape=shape,
            column=column,
            table=table,
            limit=limits.get(column.name, Limit()),
            allows=allows(schemas, place),
        )


def places(
    document: Document, schema: Any, pointer: str, depth: int
) -> Iterator[tuple[str, str, Any]]:
    """Each property with where it is and its schema as written. What is one of several is left out."""
    node, ref = document.follow(schema)
    if not isinstance(node, dict) or depth > _DEEPEST:
        return
    base = ref or pointer
    properties = node.get("properties")
    for name, written in properties.items() if isinstance(properties, dict) else ():
        yield str(name), f"{base}/properties/{escape(str(name))}", written
    members = node.get("allOf")
    for index, member in enumerate(members if isinstance(members, list) else ()):
        yield from places(document, member, f"{base}/allOf/{index}", depth + 1)


def allows(schemas: BodySchemas, pointer: str) -> Callable[[Any], bool]:
    """Whether the schema at a place lets a value be."""

    def allowed(value: Any) -> bool:
        try:
            return not schemas.violations(pointer, value)
        except SchemaProblem:
            return False  # what cannot be held against the document is not claimed to be allowed

    return allowed
