"""Which row a request names, and whose it is, as far as the catalog says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from seamline.checks import Context
from seamline.checks.likeness import column_named
from seamline.model.catalog import Catalog, Table
from seamline.run.contexts import resource

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_OWNER = re.compile(
    r"^(user|owner|customer|account|member|client|profile|person|holder|tenant_?user)"
    r"(_?(id|uuid|key|email|name|username|login))?$",
    re.IGNORECASE,
)
"""Columns that say whose a row is. Who made or changed it last (`created_by`, `author_id`) is another
thing: what somebody wrote may be everybody's."""


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter of a path, or a property of a body, that names one row of a table by one column.

    `collection` is the path that lists such rows, as far as one is known.
    """

    parameter: str
    table: Table
    column: str
    collection: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a row leads to its owner: by a column of its own, or of the row that `through` refers to."""

    column: str
    through: str = ""
    via: Table | None = None
    key: str = ""

    @property
    def text(self) -> str:
        """`user_id`, or `order_id → orders.user_id`."""
        return f"{self.through} → {self.via.name}.{self.column}" if self.via else self.column


def addresses(path: str, contexts: Mapping[str, Context], catalog: Catalog) -> Iterator[Address]:
    """The rows that a path names, the last one first."""
    parts = path.split("/")
    for at in range(len(parts) - 1, 0, -1):
        parameter = _PARAMETER.fullmatch(parts[at])
        table = _table("/".join(parts[: at + 1]), contexts, catalog) if parameter else None
        column = _key(table, parameter[1]) if table is not None and parameter else None
        if parameter is not None and table is not None and column is not None:
            yield Address(
                parameter=parameter[1],
                table=table,
                column=column,
                collection="/".join(parts[:at]),
            )


def named_in_body(
    body: Any, own: Context | None, contexts: Mapping[str, Context], catalog: Catalog
) -> Iterator[Address]:
    """The rows that a body's properties name: those of columns of the resource that refer to them."""
    table = own.table(own.resource) if own is not None else None
    if table is None or not isinstance(body, dict):
        return
    for name in body:
        column = column_named(table, str(name))
        for key in table.foreign_keys:
            if (
                column is not None
                and key.columns == (column.name,)
                and key.table in catalog.by_name
            ):
                yield Address(
                    parameter=str(name),
                    table=catalog.by_name[key.table],
                    column=key.to[0],
                    collection=_collection(key.table, contexts),
                )


def _collection(table: str, contexts: Mapping[str, Context]) -> str:
    """The path without parameters that reads rows of the table, where there is one."""
    found = [
        path
        for method, _, path in (key.partition(" ") for key in contexts)
        if method == "GET" and "{" not in path and contexts[f"GET {path}"].resource == table
    ]
    return found[0] if len(found) == 1 else ""


def _table(path: str, contexts: Mapping[str, Context], catalog: Catalog) -> Table | None:
    """The table of the operations on exactly this path, where they agree, else the one named like it."""
    known = {c.resource for k, c in contexts.items() if k.partition(" ")[2] == path and c.resource}
    name = known.pop() if len(known) == 1 else None
    return catalog.by_name.get(name or resource(f"GET {path}", {}, {}, catalog) or "")


def _key(table: Table, parameter: str) -> str | None:
    """The column that the parameter gives: one whose every value names one row of its own."""
    alone = {k.columns[0] for k in table.unique if len(k.columns) == 1 and k.plain and k.valid}
    alone |= set(table.primary_key) if len(table.primary_key) == 1 else set()
    named = column_named(table, parameter)
    if named is not None:
        return named.name if named.name in alone else None
    return table.primary_key[0] if len(table.primary_key) == 1 else None


def way_to_owner(table: Table, people: str, catalog: Catalog) -> Way | None:
    """How a row of the table leads to a row of `people`, at most over one other row.

    None where it does not, or in more than one way: of a sender and a recipient neither is the owner.
    """
    own = _owning(table, people)
    if len(own) > 1:
        return None
    if own:
        return Way(column=own[0])
    ways = []
    for key in table.foreign_keys:
        via = catalog.by_name.get(key.table)
        if via is None or via.name in (people, table.name) or len(key.columns) != 1:
            continue
        further = _owning(via, people)
        if len(further) == 1:
            ways.append(Way(column=further[0], through=key.columns[0], via=via, key=key.to[0]))
    return ways[0] if len(ways) == 1 else None


def _owning(table: Table, people: str) -> list[str]:
    """Columns that refer to people and are named like an owner's; without a foreign key by name alone."""
    if table.name == people:
        return list(table.primary_key) if len(table.primary_key) == 1 else []
    referring = {
        k.columns[0] for k in table.foreign_keys if k.table == people and len(k.columns) == 1
    }
    others = {c for k in table.foreign_keys if k.table != people for c in k.columns}
    named = [c for c in table.by_column if _OWNER.fullmatch(c) and c not in others]
    return [c for c in named if c in referring] or ([] if referring else named)
