"""Columns that a statement asks for by equality, read from its text once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from seamline.model.catalog import Catalog

if TYPE_CHECKING:
    from sqlglot import exp

_DIALECTS = {"postgresql": "postgres"}


def equalities(text: str, catalog: Catalog) -> list[tuple[str, str]]:
    """(table, column) that the statement holds equal to a value, in each WHERE of it.

    Only conditions that all must hold, and columns as they are; nothing of several statements in one
    text, and of one that cannot be read.
    """
    if "where" not in text.lower():
        return []
    import sqlglot  # here, since its import costs more than most runs need

    try:
        trees = sqlglot.parse(text, dialect=_DIALECTS.get(catalog.engine, catalog.engine))
    except (sqlglot.errors.SqlglotError, RecursionError):
        return []
    if len(trees) != 1 or trees[0] is None:
        return []
    return list(dict.fromkeys(_of(trees[0], catalog)))


def _of(tree: Any, catalog: Catalog) -> Iterator[tuple[str, str]]:
    from sqlglot import exp

    for scope in tree.find_all(exp.Select, exp.Update, exp.Delete):
        where = scope.args.get("where")
        if where is None:
            continue
        names = _names(scope, catalog)
        conditions = where.this.flatten() if isinstance(where.this, exp.And) else (where.this,)
        for condition in (c.unnest() for c in conditions):
            if not isinstance(condition, exp.EQ):
                continue
            both = (condition.this, condition.expression)
            for side, other in (both, both[::-1]):
                if isinstance(side, exp.Column) and not other.find(exp.Column, exp.Query):
                    yield from _place(side, names, catalog)


def _place(
    column: exp.Column, names: dict[str, str], catalog: Catalog
) -> Iterator[tuple[str, str]]:
    tables = [names[column.table]] if column.table in names else []
    if not column.table and len(names) == 1:
        tables = list(names.values())
    for table in tables:
        if column.name in catalog.by_name[table].by_column:
            yield table, column.name


def _names(scope: Any, catalog: Catalog) -> dict[str, str]:
    """The tables of one SELECT, UPDATE or DELETE by the names that it has for them."""
    from sqlglot import exp

    found: dict[str, str] = {}
    sources = [scope.args.get("from") or scope.args.get("from_"), *(scope.args.get("joins") or ())]
    tables = [s.this for s in sources if s is not None]
    if not isinstance(scope, exp.Select):
        tables.append(scope.this)
    for table in tables:
        if not isinstance(table, exp.Table):
            continue
        schema = "" if table.db in ("", "public") else f"{table.db}."
        if schema + table.name in catalog.by_name:
            found[table.alias_or_name] = schema + table.name
    return found
