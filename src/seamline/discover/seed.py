"""The seeded rows, and which of them suits a request best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seamline.checks.context import Place
from seamline.engines.protocol import Database
from seamline.model.catalog import Catalog, Table
from seamline.model.row import Row
from seamline.run.session import rows_of

MOST_ROWS = 200
Rows = Mapping[str, Sequence[Row]]
"""Rows by table in the order of the primary key, so that a position is what `$row` means by it."""
_FEW = 8


async def seeded(database: Database, catalog: Catalog) -> dict[str, list[Row]]:
    """The first rows of every table."""
    return {t.name: await rows_of(database, catalog, t.name, {}, MOST_ROWS) for t in catalog.tables}


def categorical(rows: Sequence[Row], column: str) -> bool:
    """Whether a column repeats few values, so that they are kinds and not names."""
    values = [str(r[column]) for r in rows if r.get(column) is not None]
    return len(values) >= 3 and len(set(values)) <= min(_FEW, len(values) - 1)


def ranked(
    table: Table, rows: Rows, catalog: Catalog, mine: Mapping[str, Row], *, leaf: bool = False
) -> list[int]:
    """Positions of a table's rows, best first.

    Rows that belong to an identity's row (`mine`, by table) come first; with `leaf` those that no
    other row refers to; then one of each state before the second of any.
    """
    own = rows.get(table.name, ())
    referred = _referred(table, rows, catalog) if leaf else frozenset()
    states = [
        c.name
        for c in table.columns
        if (c.enum or c.base == "boolean" or _is_state(c.name)) and categorical(own, c.name)
    ]
    seen: dict[tuple[bool, tuple[str, ...]], int] = {}
    keyed = []
    for index, row in enumerate(own):
        foreign = not _belongs(table, row, mine)
        state = (foreign, tuple(str(row.get(s)) for s in states))
        turn = seen[state] = seen.get(state, -1) + 1
        keyed.append((foreign, index in referred, turn, index))
    return [k[-1] for k in sorted(keyed)]


def _is_state(name: str) -> bool:
    return name.rpartition("_")[2] in ("status", "state", "stage", "type", "kind", "role", "phase")


def _belongs(table: Table, row: Row, mine: Mapping[str, Row]) -> bool:
    """Whether the row is an identity's own: it is that row, or refers to it. Tables without owner: yes."""
    if table.name in mine:
        return bool(row == mine[table.name])
    keys = [k for k in table.foreign_keys if k.table in mine]
    if not keys:
        return True
    return any(
        all(row.get(c) == mine[k.table].get(to) for c, to in zip(k.columns, k.to, strict=True))
        for k in keys
    )


def _referred(table: Table, rows: Rows, catalog: Catalog) -> frozenset[int]:
    """Positions of rows that rows of other tables refer to."""
    used: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for other in catalog.tables:
        for key in other.foreign_keys:
            if key.table == table.name:
                found = used.setdefault(key.to, set())
                for row in rows.get(other.name, ()):
                    found.add(tuple(str(row.get(c)) for c in key.columns))
    return frozenset(
        i
        for i, row in enumerate(rows.get(table.name, ()))
        if any(tuple(str(row.get(c)) for c in to) in values for to, values in used.items())
    )


def parent(child: Place, index: int, of: Place, rows: Rows, catalog: Catalog) -> int | None:
    """The position of the row of `of.table` that a child's row refers to, or None where it does not."""
    table = catalog.by_name[child.table]
    row = rows[child.table][index]
    if child.table == of.table:
        return index
    for key in table.foreign_keys:
        if key.table == of.table:
            wanted = [row.get(c) for c in key.columns]
            for number, candidate in enumerate(rows.get(of.table, ())):
                if [candidate.get(c) for c in key.to] == wanted:
                    return number
    return None
