"""Which property of a body is which column, where nobody has said so: by name, and with doubts."""

from __future__ import annotations

import re
from typing import Any

from seamline.model.catalog import Column, Table

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_ -]*")
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_$.:-]{24,}")


def column_named(table: Table, name: str) -> Column | None:
    """The column of a property: `unit_price`, or `unitPrice` for it."""
    return table.by_column.get(name) or table.by_column.get(_HUMP.sub("_", name).lower())


def inner(body: Any) -> dict[str, Any] | None:
    """The resource in a body, without `{"data": {"attributes": …}}` or one object around it."""
    for wrapper in ("data", "attributes"):
        if isinstance(body, dict) and isinstance(body.get(wrapper), dict):
            body = {**body[wrapper], **_id(body)} if wrapper == "attributes" else body[wrapper]
    if isinstance(body, dict) and len(body) == 1:
        (only,) = body.values()
        body = only if isinstance(only, dict) else body
    return body if isinstance(body, dict) else None


def _id(body: dict[str, Any]) -> dict[str, Any]:
    return {"id": body["id"]} if "id" in body else {}


def may_be_mapped(asked: Any, stored: Any, column: Column) -> bool:
    """Whether the column may hold another notation by design: a code for a word, a ciphertext."""
    if not isinstance(asked, str) or not isinstance(stored, str):
        return False
    if column.max_length is not None and column.max_length <= 3:
        return True  # `DE` for `Germany`
    if _CODE.fullmatch(asked) and stored == stored.upper() and _word(asked) == _word(stored):
        return True  # `IN_PROGRESS` for `in-progress`
    return len(stored) > len(asked) and _OPAQUE.fullmatch(stored) is not None


def _word(text: str) -> str:
    return text.lower().replace("_", "").replace("-", "").replace(" ", "")
