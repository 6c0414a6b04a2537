"""Amounts that the rows of another table add up to: an order's total and its lines.

Learnt where every seeded row bears it out, and every attempt that wrote to either table left it true.
What is so learnt is a warning until a person makes it an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Any

import msgspec

from seamline.model.catalog import Catalog, Column, ForeignKey, Table
from seamline.model.row import Row, RowChange

_INTEGERS = frozenset({"smallint", "integer", "bigint"})
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")
_FEWEST = 4
"""Rows that must bear it out; fewer agree by chance."""
_DIFFERENT = 3
_MOST = 200
"""Of a table with as many rows or more not all are known here."""

Rows = Mapping[str, Sequence[Row]]
Writes = Sequence[Sequence[RowChange]]


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """`parent.amount` is the sum of the product of `factors` over its children, less `less` if given."""

    parent: Table
    child: Table
    key: ForeignKey
    amount: str
    factors: tuple[str, ...]
    less: str = ""

    def wanted(self, row: Row, children: Sequence[Row]) -> Decimal | None:
        """What the amount of a parent's row should be; None where a value is missing."""
        total = Decimal(0)
        for child in children:
            product = Decimal(1)
            for name in self.factors:
                factor = _number(child.get(name))
                if factor is None:
                    return None
                product *= factor
            total += product
        less = _number(row.get(self.less)) if self.less else Decimal(0)
        return None if less is None else total - less

    def written(self, rows: int) -> dict[str, Any]:
        """As a check of the data file."""
        product = " * ".join(f"c.{_name(f)}" for f in self.factors)
        key, own = _name(self.key.columns[0]), f"p.{_name(self.key.to[0])}"
        less = f" - p.{_name(self.less)}" if self.less else ""
        said = f" less {self.less}" if self.less else ""
        return {
            "check": "sql",
            "name": f"{self.amount} is the sum of {' * '.join(self.factors)} of"
            f" {self.child.name}{said}",
            "violations": f"SELECT {own} FROM {self.parent.sql} p LEFT JOIN {self.child.sql} c"
            f" ON c.{key} = {own} GROUP BY {own}"
            f" HAVING p.{_name(self.amount)} <> coalesce(sum({product}), 0){less}",
            "keyedBy": {self.parent.name: own, self.child.name: f"c.{key}"},
            "severity": "warning",
            "derived": {"rows": rows, "violations": 0},
        }


def totals(catalog: Catalog, rows: Rows, writes: Writes) -> dict[str, list[dict[str, Any]]]:
    """The checks by the table whose amount is a total. `writes` are what each attempt did."""
    found: dict[str, list[dict[str, Any]]] = {}
    for child in catalog.tables:
        for key in child.foreign_keys:
            parent = catalog.by_name.get(key.table)
            if parent is None or not _is_owned(parent, child, key, rows):
                continue
            for total in _borne_out(parent, child, key, rows):
                if _kept(total, rows, writes):
                    known = len(rows.get(parent.name, ()))
                    found.setdefault(parent.name, []).append(total.written(known))
    return found


def _is_owned(parent: Table, child: Table, key: ForeignKey, rows: Rows) -> bool:
    """Whether all rows of both are known, and some parent has more than one child."""
    own, others = rows.get(parent.name, ()), rows.get(child.name, ())
    if parent is child or len(key.columns) != 1 or parent.primary_key != key.to:
        return False
    if not _FEWEST <= len(own) < _MOST or len(others) >= _MOST:
        return False
    by = _grouped(others, key.columns[0])
    return (
        sum(str(r.get(key.to[0])) in by for r in own) >= _FEWEST and max(map(len, by.values())) > 1
    )


def _borne_out(parent: Table, child: Table, key: ForeignKey, rows: Rows) -> Iterator[Total]:
    """Per amount the simplest formula that all rows bear out, where one alone is the simplest.

    `total = sum - discount` says the same as `discount = sum - total`: it is said of the larger one.
    """
    numbers, said = _amounts(child), set()
    factors = [*((n,) for n in numbers), *combinations(numbers, 2)]
    own, by = rows[parent.name], _grouped(rows[child.name], key.columns[0])
    for amount in sorted(_amounts(parent), key=lambda n: -_sum(own, n)):
        if amount in said or len({str(r.get(amount)) for r in own}) < _DIFFERENT:
            continue
        for least in ([""], [n for n in _amounts(parent) if n != amount]):
            holding = [
                total
                for less in least
                for some in factors
                if _holds(
                    total := Total(
                        parent=parent, child=child, key=key, amount=amount, factors=some, less=less
                    ),
                    own,
                    by,
                )
            ]
            plainest = [
                t for t in holding if len(t.factors) == min(len(h.factors) for h in holding)
            ]
            if holding:
                said |= {t.less for t in holding}
                yield from plainest if len(plainest) == 1 else ()
                break


def _kept(total: Total, rows: Rows, writes: Writes) -> bool:
    """Whether each attempt left it true, and one of them made a parent with children."""
    names = (total.parent.name, total.child.name)
    is_made = False
    for changes in writes:
        mine = [c for c in changes if c.table in names]
        if not mine:
            continue
        if not all(c.key for c in mine):
            return False
        own, others = (_after(t, rows, mine) for t in (total.parent, total.child))
        by = _grouped(others, total.key.columns[0])
        if not _holds(total, own, by):
            return False
        made = [c.after for c in mine if c.table == total.parent.name and c.op == "insert"]
        is_made = is_made or any(str((m or {}).get(total.key.to[0])) in by for m in made)
    return is_made


def _after(table: Table, rows: Rows, changes: Sequence[RowChange]) -> list[Row]:
    """The rows of a table behind what an attempt did to them."""
    state = {str({k: r.get(k) for k in table.primary_key}): r for r in rows.get(table.name, ())}
    for change in changes:
        if change.table == table.name:
            state.pop(str({k: (change.before or {}).get(k) for k in table.primary_key}), None)
            if change.after is not None:
                state[str({k: change.after.get(k) for k in table.primary_key})] = change.after
    return list(state.values())


def _holds(total: Total, own: Sequence[Row], by: Mapping[str, Sequence[Row]]) -> bool:
    for row in own:
        wanted = total.wanted(row, by.get(str(row.get(total.key.to[0])), ()))
        if wanted is None or _number(row.get(total.amount)) != wanted:
            return False
    return True


def _grouped(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row.get(column)), []).append(row)
    return found


def _amounts(table: Table) -> list[str]:
    """Columns of exact numbers that are no keys."""
    keys = {*table.primary_key, *(c for k in table.foreign_keys for c in k.columns)}
    return [c.name for c in table.columns if c.name not in keys and _is_exact(c)]


def _is_exact(column: Column) -> bool:
    return column.base in _INTEGERS or column.base.startswith("numeric")


def _sum(rows: Sequence[Row], column: str) -> Decimal:
    return sum((_number(r.get(column)) or Decimal(0) for r in rows), Decimal(0))


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value))


def _name(column: str) -> str:
    return column if _PLAIN.fullmatch(column) else '"' + column.replace('"', '""') + '"'
