"""The data file: per table what the database proves, and the few checks that the rows bear out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from seamline.data.rule import Rule
from seamline.discover.totals import Writes, totals
from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row

_MADE = ("created_at", "created_on", "created", "inserted_at", "date_created", "create_time")
_CHANGED = (
    "updated_at",
    "updated_on",
    "updated",
    "modified_at",
    "modified",
    "last_modified",
    "update_time",
)
_KINDS = frozenset({"status", "state", "stage", "type", "kind", "role", "method", "level", "phase"})
_TEXTS = frozenset({"text", "character varying", "varchar", "citext", "character", "bpchar"})
_ORDERED_ROWS = 3
_KIND_ROWS = 20
_KIND_VALUES = 8


def data_file(
    catalog: Catalog,
    rules: Sequence[Rule],
    rows: Mapping[str, Sequence[Row]],
    images: Mapping[str, Sequence[Row]],
    new: Mapping[str, Sequence[Row]],
    writes: Writes = (),
) -> dict[str, Any]:
    """What `Data_Validation_Framework.json` holds. `images` are rows as the system itself wrote them,
    `new` those of them that it had just made, `writes` what each attempt did: a check that one of them
    breaks is not written."""
    sums = totals(catalog, rows, writes)
    by_table: dict[str, list[Rule]] = {}
    for rule in rules:
        by_table.setdefault(rule.table.name, []).append(rule)
    tables: dict[str, Any] = {}
    for table in catalog.tables:
        if table.partition_of is not None:
            continue
        proven = list(_proven(table, by_table.get(table.name, ())))
        own, written = rows.get(table.name, ()), images.get(table.name, ())
        made = new.get(table.name, ())
        checks = [*_ordered(table, own, written, made), *_kinds(table, own, written)]
        checks += sums.get(table.name, ())
        tables[table.name] = {"proven": proven, "checks": checks}
    return {"version": 1, "tables": tables}


def _proven(table: Table, rules: Sequence[Rule]) -> Iterator[str]:
    if table.primary_key:
        names = ", ".join(table.primary_key)
        yield f"{names if len(table.primary_key) == 1 else f'({names})'} is the primary key"
    for rule in rules:
        is_key = rule.check == "unique" and rule.columns == table.primary_key and not rule.sql
        if rule.proven and rule.check != "notNull" and not is_key:
            yield rule.sql if rule.check == "constraint" else rule.label


def _ordered(
    table: Table, rows: Sequence[Row], images: Sequence[Row], new: Sequence[Row]
) -> Iterator[dict[str, Any]]:
    first = next((c for c in table.columns if c.name in _MADE and _is_time(c.base)), None)
    last = next((c for c in table.columns if c.name in _CHANGED and _is_time(c.base)), None)
    if first is None or last is None or first.base != last.base:
        return
    if any(r.get(first.name) != r.get(last.name) for r in new):
        return  # two looks at the clock for one new row: which comes first is chance
    pairs = [(_time(r.get(first.name)), _time(r.get(last.name))) for r in (*rows, *images)]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    if len(known) >= _ORDERED_ROWS and all(a <= b for a, b in known):
        yield {
            "check": "ordered",
            "columns": [first.name, last.name],
            "derived": {"rows": len(rows), "violations": 0},
        }


def _is_time(base: str) -> bool:
    return base == "date" or base.startswith("timestamp")


def _time(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:  # infinity, years beyond Python's
        return None


def _kinds(table: Table, rows: Sequence[Row], images: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for column in table.columns:
        is_named = column.name.rpartition("_")[2] in _KINDS
        if (
            not is_named
            or column.base not in _TEXTS
            or column.enum
            or _has_check(table, column.name)
        ):
            continue
        values = [r[column.name] for r in rows if r.get(column.name) is not None]
        distinct = sorted(set(values))
        new = {r[column.name] for r in images if r.get(column.name) is not None}
        if len(values) >= _KIND_ROWS and len(distinct) <= _KIND_VALUES and new <= set(distinct):
            yield {
                "check": "oneOf",
                "column": column.name,
                "values": distinct,
                "severity": "warning",
                "derived": {"rows": len(rows), "violations": 0},
            }


def _has_check(table: Table, column: str) -> bool:
    return any(column in c.expression for c in table.checks)
