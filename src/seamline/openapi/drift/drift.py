"""One place where the document and the catalog contradict each other."""

from __future__ import annotations

from typing import Any

import msgspec


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """What the document says of a property (`name`) and what the column behind it can hold.

    `says` and `holds` are the two sides in words, `mend` what to change. `value` is what the document
    allows and the column does not hold (UNSET: the property is left out); `pointer` is where the
    document has the property. `told` is what the document promises in place of the column's own
    value (a default), `columns` are those of a key.
    `within` is what of the request carries it (body, path, query), `path` the steps that lead to it in a
    body. Where it is not `is_triable` no request can show it.
    """

    rule: str
    name: str
    pointer: str
    table: str
    column: str
    type: str
    says: str
    holds: str
    mend: str
    value: Any = msgspec.UNSET
    told: Any = msgspec.UNSET
    columns: tuple[str, ...] = ()
    is_triable: bool = True
    within: str = "body"
    path: tuple[str | int, ...] = ()

    @property
    def spot(self) -> str:
        """The name with what leads to it: `lines/0/quantity`."""
        return "/".join(map(str, (*self.path, self.name)))

    @property
    def place(self) -> str:
        """The column with its type: `coupons.percent (smallint)`."""
        return f"{self.table}.{self.column} ({self.type})" if self.type else self.key

    @property
    def key(self) -> str:
        """The column or, of a key, the columns: `coupons.code`, `work_queue.(pool_id, name)`."""
        return f"{self.table}.{self.column}"

    @property
    def detail(self) -> str:
        """What makes it the same finding next week, within an operation."""
        spot = self.spot if self.within == "body" else f"{self.within} {self.name}"
        return f"{self.rule} {spot} {self.key}"

    @property
    def title(self) -> str:
        """Both sides in one line."""
        return f"{self.spot}: the document {self.says}, {self.place} {self.holds}"
