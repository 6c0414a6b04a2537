"""Small documents and catalogs for the tests of discovery."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from seamline.model.catalog import Catalog, Column, ForeignKey, Table, UniqueKey
from seamline.openapi.document import Document, parse
from seamline.openapi.operation import Operation, operations

TYPES = {
    "int": "integer",
    "text": "text",
    "uuid": "uuid",
    "bool": "boolean",
    "time": "timestamp with time zone",
    "num": "numeric",
    "json": "jsonb",
}


def column(name: str, kind: str) -> Column:
    full = TYPES[kind]
    return Column(name=name, type=full, base=full, nullable=False)


def table(
    name: str,
    columns: str,
    *,
    key: str = "id",
    unique: tuple[str, ...] = (),
    foreign: Mapping[str, str] | None = None,
) -> Table:
    """`columns` as `id:int name:text`; `foreign` as {"user_id": "users.id"}."""
    made = [column(*c.split(":")) for c in columns.split()]
    keys = [UniqueKey(name=f"{name}_pkey", columns=(key,), primary=True)] if key else []
    keys += [UniqueKey(name=f"{name}_{u}", columns=(u,)) for u in unique]
    return Table(
        name=name,
        sql=f'"{name}"',
        columns=tuple(made),
        primary_key=(key,) if key else (),
        unique=tuple(keys),
        foreign_keys=tuple(
            ForeignKey(
                name=f"{name}_{c}",
                columns=(c,),
                table=to.split(".")[0],
                to=(to.split(".")[1],),
            )
            for c, to in (foreign or {}).items()
        ),
    )


def catalog(*tables: Table) -> Catalog:
    return Catalog(engine="postgresql", version="16", tables=tables)


def props(text: str) -> dict[str, Any]:
    """`id:integer name:string at:string/date-time` as an object's schema, all of it required."""
    found: dict[str, Any] = {}
    for part in text.split():
        name, _, kind = part.partition(":")
        kind, _, form = kind.partition("/")
        found[name] = {"type": kind, **({"format": form} if form else {})}
    return {"type": "object", "properties": found, "required": list(found)}


def document(
    paths: dict[str, Any],
    schemas: dict[str, Any] | None = None,
    schemes: dict[str, Any] | None = None,
) -> Document:
    components = {"schemas": schemas or {}, "securitySchemes": schemes or {}}
    raw = {"openapi": "3.1.0", "paths": paths, "components": components}
    return parse(json.dumps(raw).encode(), "openapi.json")


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def op(
    *,
    answers: Any = None,
    body: Any = None,
    parameters: list[dict[str, Any]] | None = None,
    status: str = "200",
) -> dict[str, Any]:
    said: dict[str, Any] = {"description": ""}
    if answers is not None:
        said["content"] = {"application/json": {"schema": answers}}
    node: dict[str, Any] = {"responses": {status: said}, "parameters": parameters or []}
    if body is not None:
        node["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return node


def path_parameter(name: str, kind: str = "integer", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind, **more}}


def only(found: Document) -> Operation:
    (operation,) = operations(found).values()
    return operation
