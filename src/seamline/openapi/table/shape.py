"""Whether what a schema describes can stand in a column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seamline.model.catalog import Column

_INTEGERS = frozenset({"smallint", "integer", "bigint", "int2", "int4", "int8"})
_NUMBERS = _INTEGERS | {"numeric", "real", "double precision", "float4", "float8", "money"}
_BOOLS = frozenset({"boolean", "bool"})
_NESTED = frozenset({"json", "jsonb", "hstore"})
_TIMES = frozenset(
    {
        "date", "time", "timestamp", "timestamptz", "interval",
        "timestamp with time zone", "timestamp without time zone",
        "time with time zone", "time without time zone",
    }
)  # fmt: skip


def fits(schema: Mapping[str, Any], column: Column) -> bool:
    """Whether values of a (plain) schema can be values of a column; True where the schema says nothing."""
    kind, base = schema.get("type"), column.base
    if kind is None or kind == "null":
        return True
    if column.type.endswith("[]"):
        return bool(kind == "array")
    if base in _NESTED:
        return True
    match kind:
        case "integer":
            return base in _NUMBERS
        case "number":
            return base in _NUMBERS and (base not in _INTEGERS)
        case "boolean":
            return base in _BOOLS
        case "string":
            return _string_fits(schema.get("format"), base)
    return False


def _string_fits(form: Any, base: str) -> bool:
    if base in _BOOLS or base in _INTEGERS:
        return base in ("bigint", "int8") and form in (None, "int64")
    if form in ("uuid", "date-time", "date", "email") and base in _NUMBERS:
        return False
    if base == "uuid":
        return form in (None, "uuid")
    return base not in _TIMES or form in (None, "date-time", "date", "time", "duration")
