"""Declared SQL rules: which tables they read, and how to ask only for what changed rows concern.

The text stays as its author wrote it; what narrows it is put into its WHERE.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from seamline.data.compile import escaped, values
from seamline.data.rule import Rule
from seamline.model.catalog import Catalog, Table

if TYPE_CHECKING:
    from sqlglot import exp

DIALECT = "postgres"
_BEHIND_WHERE = frozenset(("GROUP_BY", "HAVING", "WINDOW", "ORDER_BY", "LIMIT", "OFFSET", "FETCH"))


def bare(sql: str) -> str:
    """One statement without semicolons and comments behind it: it goes into a subquery."""
    import sqlglot  # here, since its import costs more than most runs need

    try:
        tokens = sqlglot.tokenize(sql, dialect=DIALECT)
    except sqlglot.errors.SqlglotError:
        return sql
    while tokens and tokens[-1].text == ";":
        tokens.pop()
    return sql[: tokens[-1].end + 1] if tokens else sql


def reads(rule: Rule, catalog: Catalog) -> frozenset[str]:
    """The tables that a rule's verdict depends on, as row changes name them.

    All of them where the SQL does not say it: it calls a function, reads a view, or cannot be parsed.
    """
    if rule.check != "sql":
        used = {rule.table.name, *((rule.target.name,) if rule.target is not None else ())}
    else:
        found = _tables(rule.sql, catalog)
        used = set(catalog.by_name) if found is None else found
    return frozenset(_root(name, catalog) for name in used)


def _root(name: str, catalog: Catalog) -> str:
    """The table as whose rows a partition's are reported."""
    table = catalog.by_name[name]
    while table.partition_of is not None and table.partition_of in catalog.by_name:
        table = catalog.by_name[table.partition_of]
    return table.name


def _parse(sql: str) -> Any:
    import sqlglot

    try:
        return sqlglot.parse_one(sql, dialect=DIALECT)
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None


def _tables(sql: str, catalog: Catalog) -> set[str] | None:
    from sqlglot import exp

    tree = _parse(sql)
    if not isinstance(tree, exp.Query):
        return None
    temporary = {cte.alias for cte in tree.find_all(exp.CTE)}
    found = set()
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func) and not isinstance(table.this, exp.Anonymous):
            continue  # generate_series and its like read nothing
        name = _name(table)
        if name in catalog.by_name:
            found.add(name)
        elif name not in temporary:
            return None
    return found or None


def _name(table: exp.Table) -> str:
    """The name that the catalog has for a table as SQL writes it."""
    schema = _folded(table.args.get("db"))
    name = _folded(table.this)
    return name if schema in ("", "public") else f"{schema}.{name}"


def _folded(identifier: Any) -> str:
    name = str(getattr(identifier, "name", "") or "")
    return name if identifier is None or identifier.args.get("quoted") else name.lower()


def narrowed(rule: Rule, table: Table, placeholder: str) -> str | None:
    """A SELECT of the violations that concern changed rows of `table`, by its key in `keyedBy`.

    None where that would not find all of them: the whole query has to be asked then.
    """
    from sqlglot import exp

    tree = _parse(rule.sql)
    key = _parse(rule.keyed_by[table.name])
    if not isinstance(tree, exp.Select) or not isinstance(key, exp.Column):
        return None
    column = _folded(key.this)
    place = _place(tree, key)
    if column not in table.by_column or place is None:
        return None
    changed = values(table, (column,), placeholder)
    concerned = f"{escaped(place.sql(dialect=DIALECT))} IN (SELECT * FROM {changed} _k)"
    return f"SELECT to_jsonb(_t) AS row FROM (\n{_with_condition(rule.sql, concerned)}\n) _t"


def key_column(expression: str) -> str:
    """The column that an expression of `keyedBy` names; empty where it is no column."""
    key = _parse(expression)
    return _folded(key.this) if key is not None else ""


def _place(tree: exp.Select, key: exp.Column) -> exp.Column | None:
    """The key, or a column that joins say to be equal to it, by which whole results are picked.

    An outer join must not turn it into null: in `orders o LEFT JOIN lines l ON l.order_id = o.id` the
    order of a line that is gone is found by `o.id`, not by `l.order_id`. And each group must be there
    as a whole or not at all.
    """
    from sqlglot import exp

    first = tree.args.get("from_") or tree.args.get("from")
    joins = tree.args.get("joins") or []
    if first is None or any(j.side in ("RIGHT", "FULL") for j in joins):
        return None
    inner = [j for j in joins if j.side != "LEFT"]
    present = {_alias(source.this) for source in (first, *inner)}
    if len(joins) == 0:
        present.add("")
    name = _folded(key.args.get("table"))
    candidates = [key]
    for join in joins:
        if join in inner or _alias(join.this) == name:
            candidates += _equals(join.args.get("on"), key)
    groups = _groups(tree)
    if groups is None and any(tree.find(kind) for kind in (exp.AggFunc, exp.Window, exp.Having)):
        return None
    fitting = (c for c in candidates if _folded(c.args.get("table")) in present)
    return next((c for c in fitting if groups is None or c in groups), None)


def _groups(tree: exp.Select) -> list[Any] | None:
    """The expressions of GROUP BY; None where there is none, nothing where it is more than a list."""
    from sqlglot import exp

    group = tree.args.get("group")
    if group is None:
        return None
    if tree.find(exp.Window) or any(v for k, v in group.args.items() if k != "expressions"):
        return []
    return [
        tree.selects[int(e.name) - 1].unalias()
        if isinstance(e, exp.Literal)
        and e.name.isdecimal()
        and 0 < int(e.name) <= len(tree.selects)
        else e
        for e in group.expressions
    ]


def _alias(source: Any) -> str:
    alias = source.args.get("alias")
    return _folded(alias.this if alias is not None else source.this)


def _equals(condition: Any, key: exp.Column) -> Iterator[exp.Column]:
    """Columns that a conjunction says to be equal to `key`."""
    from sqlglot import exp

    if isinstance(condition, exp.And | exp.Paren):
        for part in condition.args.values():
            yield from _equals(part, key)
    elif isinstance(condition, exp.EQ):
        sides = (condition.left, condition.right)
        for one, other in (sides, sides[::-1]):
            if one == key and isinstance(other, exp.Column):
                yield other


def _with_condition(sql: str, condition: str) -> str:
    """The SELECT with one more condition in its WHERE."""
    import sqlglot

    depth, where, end = 0, None, len(sql)
    for token in sqlglot.tokenize(sql, dialect=DIALECT):
        kind = token.token_type.name
        depth += (kind == "L_PAREN") - (kind == "R_PAREN")
        if depth:
            continue
        if kind == "WHERE":
            where = token
        elif kind in _BEHIND_WHERE:
            end = token.start
            break
    head, tail = escaped(sql[:end]), escaped(sql[end:])
    if where is None:
        return f"{head}\nWHERE {condition}\n{tail}"
    start = where.end + 1
    return f"{escaped(sql[:start])} (\n{escaped(sql[start:end])}\n) AND {condition}\n{tail}"
