"""Which row a request's path names, and whether a row is that one."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import msgspec

from seamline.model.catalog import Table
from seamline.model.exchange import Exchange
from seamline.model.row import Row

_PARAMETER = re.compile(r"\{([^{}/]+)\}")
_COUNTED = frozenset({"smallint", "integer", "bigint", "int2", "int4", "int8"})


class Named(msgspec.Struct, frozen=True):
    """The last parameter of a path, and the value that a request gave it."""

    parameter: str
    value: str


def named_in(x: Exchange) -> Named | None:
    """What the path of a request names last; None where it has no parameter of a whole segment.

    Read from the end, since a system may be served below a path that its document leaves out.
    """
    template = x.operation.partition(" ")[2].strip("/").split("/")
    sent = x.request.target.partition("?")[0].strip("/").split("/")
    for segment, value in zip(reversed(template), reversed(sent), strict=False):
        parameter = _PARAMETER.fullmatch(segment)
        if parameter is not None:
            return Named(parameter[1], unquote(value))
    return None


def columns_for(parameter: str, table: Table | None) -> frozenset[str]:
    """The columns that a path parameter may speak of: the one of its name, else the key, else any."""
    if table is None:
        return frozenset()
    plain = _plain(parameter)
    same_name = [c for c in table.by_column if _plain(c) == plain]
    if same_name:
        return frozenset(same_name)
    return (
        frozenset(table.primary_key)
        if plain == "id" and len(table.primary_key) == 1
        else frozenset()
    )


def holds(row: Row, value: Any, columns: frozenset[str] = frozenset()) -> bool:
    """Whether one of the columns, or any column where none is given, holds a value of a path."""
    if columns:
        return any(str(row.get(c)) == value for c in columns)
    return any(str(v) == value for v in row.values() if v is not None)


def is_counted_key(value: str, table: Table) -> bool:
    """Whether the path names a row by its integer key, and not by a code that is looked up."""
    key = [table.by_column[c] for c in table.primary_key if c in table.by_column]
    return len(key) == 1 and key[0].base in _COUNTED and value.isdecimal()


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()
