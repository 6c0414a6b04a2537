"""One check of one table's rows, whatever it came from."""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.model.catalog import Table
from seamline.model.vocabulary import Severity


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A check of a table's rows, names resolved against the catalog.

    `label` says it in words and is its identity within the table. `proven` names the constraint by
    which the database itself guarantees it. The other fields are those of its kind:
    range `low`/`high`, matches `pattern`, oneOf `values`, references `target` and `to`,
    constraint and sql `sql`, sql `keyed_by` (table -> `alias.column`), nullShare `share`.
    """

    table: Table
    check: str
    label: str
    severity: Severity = "error"
    proven: str = ""
    columns: tuple[str, ...] = ()
    low: Any = None
    high: Any = None
    pattern: str = ""
    values: tuple[Any, ...] = ()
    target: Table | None = None
    to: tuple[str, ...] = ()
    sql: str = ""
    keyed_by: dict[str, str] = {}
    share: float = 1.0
    origin: str = "the catalog"
