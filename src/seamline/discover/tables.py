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
_ORDERED_ROWS = 3


def data_file(
    catalog: Catalog,
    rules: Sequence[Rule],
    rows: Mapping[str, Sequence[Row]],
    images: Mapping[str, Sequence[Row]],
    new: Mapping[str, Sequence[Row]],
    writes: Writes = (),
    proposed: Mapping[str, Sequence[dict[str, Any]]] | None = None,
) -> dict[str, Any]:
    """What `Data_Validation_Framework.json` holds. `images` are rows as the system itself wrote them,
    `new` those of them that it had just made, `writes` what each attempt did: a check that one of them
    breaks is not written. `proposed` are checks that all rows bear out, by table."""
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
        checks = list(_ordered(table, own, written, made))
        checks += sums.get(table.name, ())
        said = [_place(c) for c in checks]
        checks += [c for c in (proposed or {}).get(table.name, ()) if _place(c) not in said]
        tables[table.name] = {"proven": proven, "checks": checks}
    return {"version": 1, "tables": tables}


def _place(check: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a check is about."""
    return check["check"], check.get("columns"), check.get("column")


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
