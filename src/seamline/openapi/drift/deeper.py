"""What stands for a column and is no property at the top of a body: in the address, or further inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from seamline.model.catalog import Column, Table
from seamline.openapi.drift.field import Field, allows, by_name, fields_of, item_of, places
from seamline.openapi.operation import Operation
from seamline.openapi.plain import plain
from seamline.openapi.table.word import table_words, words
from seamline.openapi.validate import BodySchemas
from seamline.rows.limit import Limit

Limits = Mapping[str, Limit]


def in_address(
    operation: Operation,
    schemas: BodySchemas,
    table: Table,
    columns: Mapping[tuple[str, str], Column],
) -> Iterator[Field]:
    """Parameters of path and query; `columns` are those that they are compared with, by place and name."""
    for parameter in operation.parameters:
        column = columns.get((parameter.place, parameter.name))
        if column is not None and parameter.pointer and not parameter.media:
            yield Field(
                name=parameter.name,
                pointer=parameter.pointer,
                required=parameter.required,
                shape=plain(schemas.document, parameter.schema),
                column=column,
                table=table,
                limit=Limit(),
                allows=allows(schemas, parameter.pointer),
                within=parameter.place,
            )


def in_objects(
    operation: Operation, schemas: BodySchemas, table: Table, limits: Limits
) -> Iterator[Field]:
    """Properties of an object within the body whose column has both names: `address.city`, address_city."""
    named = {words(c.name): c for c in table.columns}
    for name, pointer, schema in _inside(operation, schemas):
        if plain(schemas.document, schema).get("type") != "object" or name in by_name(
            table, (name,)
        ):
            continue
        inner = tuple(n for n, _, _ in places(schemas.document, schema, pointer, 0))
        columns = {n: named[both] for n in inner if (both := words(name) + words(n)) in named}
        for field in fields_of(schemas, schema, pointer, "readOnly", columns, table, limits):
            yield msgspec.structs.replace(field, path=(name,))


def in_items(
    operation: Operation, schemas: BodySchemas, child: Table, limits: Limits
) -> Iterator[Field]:
    """Properties of the items of a list that become rows of another table: `lines`, order_lines.

    The table's name ends in the list's, and half of an item's properties or more are columns of it.
    """
    for name, pointer, schema in _inside(operation, schemas):
        own = words(name)
        if plain(schemas.document, schema).get("type") != "array" or not own:
            continue
        if table_words(child.name)[-len(own) :] != table_words(name):
            continue
        item, place = item_of(schemas.document, schema, pointer)
        inner = tuple(n for n, _, _ in places(schemas.document, item, place, 0))
        columns = by_name(child, inner)
        if len(columns) * 2 < len(inner):
            continue
        for field in fields_of(schemas, item, place, "readOnly", columns, child, limits):
            yield msgspec.structs.replace(field, path=(name, 0))


def _inside(operation: Operation, schemas: BodySchemas) -> Iterator[tuple[str, str, object]]:
    """The properties of a JSON body that is one object, each with its place and schema."""
    for media, body in operation.bodies.items():
        if "json" in media:
            if plain(schemas.document, body.schema).get("type") != "array":
                yield from places(schemas.document, body.schema, body.pointer, 0)
            return
