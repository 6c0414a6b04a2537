"""A little shop as checks see it, and exchanges with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from seamline.checks import CHECKS, Context, judge
from seamline.checks.context import Place
from seamline.model.catalog import Catalog, Column, ForeignKey, Table
from seamline.model.exchange import Exchange, Request, Response
from seamline.model.finding import Finding
from seamline.model.row import Row, RowChange
from seamline.model.vocabulary import API_CHECKS, RowOp
from seamline.openapi.document import parse
from seamline.openapi.operation import Operation, operations
from seamline.openapi.validate import BodySchemas

_BASES = {"numeric(12,2)": "numeric", "varchar(3)": "character varying", "char(3)": "character"}


def column(name: str, type_: str = "text", **more: Any) -> Column:
    base = _BASES.get(type_, type_)
    length = int(type_[-2]) if type_.endswith("(3)") else None
    return Column(name=name, type=type_, base=base, nullable=True, max_length=length, **more)


def table(
    name: str, *columns: Column, refers: Mapping[str, tuple[str, str]] | None = None
) -> Table:
    """A table with the primary key `id`; `refers` maps a column to (table, what a delete does)."""
    keys = tuple(
        ForeignKey(name=f"{name}_{c}", columns=(c,), table=to, to=("id",), on_delete=action)
        for c, (to, action) in (refers or {}).items()
    )
    return Table(
        name=name,
        sql=f'"{name}"',
        columns=(column("id", "bigint"), *columns),
        primary_key=("id",),
        foreign_keys=keys,
    )


CATALOG = Catalog(
    engine="postgresql",
    version="17",
    tables=(
        table(
            "users", column("email"), column("password_hash"), column("last_seen_at", "timestamptz")
        ),
        table(
            "orders",
            column("user_id", "bigint"),
            column("status", "order_status", enum=("new", "paid")),
            column("total", "numeric(12,2)"),
            column("note"),
            column("country", "varchar(3)"),
            column("unit_price", "numeric(12,2)"),
            column("placed_at", "timestamptz"),
            column("password"),
            column("deleted_at", "timestamptz"),
            column("position", "integer"),
            refers={"user_id": ("users", "no action")},
        ),
        table(
            "order_lines", column("order_id", "bigint"), refers={"order_id": ("orders", "cascade")}
        ),
        table(
            "payments", column("order_id", "bigint"), refers={"order_id": ("orders", "no action")}
        ),
        table("parcels", column("order_id", "bigint"), refers={"order_id": ("orders", "set null")}),
        table("audit", column("text")),
        table("taggings", column("taggable_id", "bigint"), column("taggable_type")),
        table(
            "folders", column("parent_id", "bigint"), refers={"parent_id": ("folders", "cascade")}
        ),
        table(
            "plain_folders",
            column("parent_id", "bigint"),
            refers={"parent_id": ("plain_folders", "no action")},
        ),
    ),
)

ORDER = {
    "type": "object",
    "required": ["id", "total"],
    "properties": {"id": {"type": "integer"}, "total": {"type": "string"}},
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "shop", "version": "1"},
    "components": {
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        "schemas": {"Order": ORDER},
    },
    "paths": {},
}


def operation(
    answers: Mapping[str, Any], key: str = "GET /orders/{id}"
) -> tuple[Operation, BodySchemas]:
    """An operation whose `responses` are as given."""
    method, _, path = key.partition(" ")
    raw = {**DOCUMENT, "paths": {path: {method.lower(): {"responses": answers}}}}
    document = parse(json.dumps(raw).encode(), "openapi.json")
    return operations(document)[key], BodySchemas(document)


def answers(**content: Any) -> dict[str, Any]:
    """`answers(s200={"application/json": SCHEMA})`: a responses object."""
    return {
        status.removeprefix("s"): {
            "description": "",
            "content": {
                media: {} if schema is None else {"schema": schema} for media, schema in c.items()
            },
        }
        if c is not None
        else {"description": ""}
        for status, c in content.items()
    }


def context(
    responses: Mapping[str, Any] | None = None, key: str = "GET /orders/{id}", **more: Any
) -> Context:
    columns = {p: Place(*place.split(".")) for p, place in more.pop("columns", {}).items()}
    effects = {t: frozenset(ops.split()) for t, ops in more.pop("effects", {}).items()}
    op, schemas = operation(responses, key) if responses is not None else (None, None)
    return msgspec.structs.replace(
        Context(
            operation=op,
            schemas=schemas,
            catalog=CATALOG,
            resource="orders",
            columns=columns,
            effects=effects,
            validations=frozenset(API_CHECKS),
        ),
        **more,
    )


def exchange(
    key: str = "GET /orders/{id}",
    status: int = 200,
    body: Any = b"",
    *,
    sent: Any = msgspec.UNSET,
    target: str = "/orders/7",
    changes: tuple[RowChange, ...] | None = (),
    headers: Mapping[str, str] | None = None,
    request_headers: Mapping[str, str] | None = None,
    raw: bytes | None = None,
    **more: Any,
) -> Exchange:
    """One exchange. A body that is no bytes is sent as JSON; status 0 is no answer at all."""
    method = key.partition(" ")[0]
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json"} if headers is None and data else headers or {}
    response = Response(
        status=status, headers=tuple(given.items()), body=data, cut=more.pop("cut", False)
    )
    fields: dict[str, Any] = {
        "case": "case",
        "kind": "positive",
        "step": 0,
        "label": "step1",
        "operation": key,
        "identity": "ann",
        "credentials": "valid",
        "expected": (),
        "request": Request(
            method=method,
            target=target,
            headers=tuple((request_headers or {}).items()),
            body=raw if sent is msgspec.UNSET else json.dumps(sent).encode(),
            json=sent,
        ),
        "response": response if status else None,
        "failure": "" if status else "the connection was closed without an answer",
        "changes": changes,
    }
    return Exchange(**{**fields, **more})


def change(op: RowOp, name: str, before: Row | None = None, after: Row | None = None) -> RowChange:
    row = before if before is not None else after or {}
    return RowChange(
        table=name, op=op, key={"id": row.get("id")}, before=before, after=after, txid=1
    )


def inserted(name: str, **row: Any) -> RowChange:
    return change("insert", name, None, {"id": 7, **row})


def deleted(name: str, **row: Any) -> RowChange:
    return change("delete", name, {"id": 7, **row})


def updated(name: str, row: Row, **new: Any) -> RowChange:
    return change("update", name, {"id": 7, **row}, {"id": 7, **row, **new})


def found(name: str, x: Exchange, c: Context) -> list[Finding]:
    """What a check finds in an exchange to which it must apply, without having abstained."""
    findings, abstained = look(name, x, c)
    assert not abstained, abstained
    return findings


def look(name: str, x: Exchange, c: Context) -> tuple[list[Finding], str]:
    """Findings, and why the check abstained."""
    check = CHECKS[name]
    assert check.applies(x, c), f"{name} does not apply"
    return judge(check, x, c)


def abstains(name: str, x: Exchange, c: Context) -> bool:
    findings, reason = look(name, x, c)
    return bool(reason) and not findings


def applies(name: str, x: Exchange, c: Context) -> bool:
    return CHECKS[name].applies(x, c)
