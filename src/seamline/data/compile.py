"""Rules as SQL: each rule as a SELECT of the rows that break it, over a table or over changed rows.

Changed rows are handed to the database as JSON and read with the table's own row type
(`jsonb_populate_recordset`), so that types, collations and operators are the database's and the cost
does not depend on the table's size.
"""

from __future__ import annotations

from typing import Any

import msgspec

from seamline.data.rule import Rule
from seamline.errors import SeamlineError
from seamline.model.catalog import Table

DIALECT = "postgres"


class RuleError(SeamlineError):
    """A declared rule cannot be carried out; its author must act."""


class Params(msgspec.Struct):
    """Named parameters of one statement, collected while its text is written."""

    values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """The placeholder of a new parameter."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"


def quote(name: str) -> str:
    """A column name for SQL (percent signs doubled: they would start a placeholder)."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def table_sql(table: Table) -> str:
    """The table's qualified name for SQL."""
    return table.sql.replace("%", "%%")


def images(table: Table, placeholder: str) -> str:
    """A FROM item: the rows of a JSON array parameter, typed as rows of `table`."""
    return f"jsonb_populate_recordset(NULL::{table_sql(table)}, {placeholder}::jsonb)"


def predicate(rule: Rule, params: Params, row: str = "_t") -> str | None:
    """The condition under which one row, taken alone, breaks the rule; None for rules that need more."""
    column = f"{row}.{quote(rule.columns[0])}" if rule.columns else ""
    match rule.check:
        case "notNull":
            return " OR ".join(f"{row}.{quote(c)} IS NULL" for c in rule.columns)
        case "range":
            bounds = [(rule.low, "<"), (rule.high, ">")]
            return " OR ".join(
                f"{column} {op} {params.add(bound)}" for bound, op in bounds if bound is not None
            )
        case "matches":
            return f"{column}::text !~ {params.add(rule.pattern)}"
        case "oneOf":
            options = ", ".join(_option(v, params) for v in rule.values)
            left = column if _all_numbers(rule.values) else f"{column}::text"
            return f"{left} NOT IN ({options})" if options else f"{column} IS NOT NULL"
        case "ordered":
            pairs = zip(rule.columns, rule.columns[1:], strict=False)
            return " OR ".join(f"{row}.{quote(a)} > {row}.{quote(b)}" for a, b in pairs)
        case "constraint":
            return f"({rule.sql.replace('%', '%%')}) IS FALSE"
    return None


def _all_numbers(values: tuple[Any, ...]) -> bool:
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)


def _option(value: Any, params: Params) -> str:
    if isinstance(value, bool):
        return params.add("true" if value else "false")
    return params.add(value)


def violations(rule: Rule, params: Params, source: str) -> str:
    """A SELECT of the rows of `source` (a FROM item with the table's columns) that break the rule."""
    condition = predicate(rule, params)
    if condition is not None:
        return f"SELECT to_jsonb(_t) AS row FROM {source} _t WHERE {condition}"
    if rule.check == "unique":
        return _duplicates(rule, source)
    if rule.check == "references":
        return _orphans(rule, source)
    if rule.check == "nullShare":
        column = quote(rule.columns[0])
        return (
            f"SELECT jsonb_build_object('nulls', n, 'rows', a) AS row FROM (SELECT count(*) a,"
            f" count(*) FILTER (WHERE {column} IS NULL) n FROM {table_sql(rule.table)}) _s"
            f" WHERE n > a * {params.add(rule.share)}"
        )
    return f"SELECT to_jsonb(_t) AS row FROM ({rule.sql.replace('%', '%%')}) _t"


def _duplicates(rule: Rule, source: str) -> str:
    """Rows of `source` whose values stand in more than one row of the table; nulls never do."""
    table = table_sql(rule.table)
    where = f" AND ({rule.sql.replace('%', '%%')})" if rule.sql else ""
    names = ", ".join(quote(c) for c in rule.columns)
    if source == table:
        filled = " AND ".join(f"{quote(c)} IS NOT NULL" for c in rule.columns)
        return (
            f"SELECT to_jsonb(_t) AS row FROM (SELECT {names}, count(*) AS rows FROM {table}"
            f" WHERE {filled}{where} GROUP BY {names} HAVING count(*) > 1) _t"
        )
    equal = " AND ".join(f"_o.{quote(c)} = _t.{quote(c)}" for c in rule.columns)
    return (
        f"SELECT to_jsonb(_t) AS row FROM {source} _t WHERE"
        f" (SELECT count(*) FROM (SELECT * FROM {table} WHERE true{where}) _o WHERE {equal}) > 1"
    )


def _orphans(rule: Rule, source: str) -> str:
    assert rule.target is not None
    filled = " AND ".join(f"_t.{quote(c)} IS NOT NULL" for c in rule.columns)
    equal = " AND ".join(
        f"_p.{quote(t)} = _t.{quote(c)}" for c, t in zip(rule.columns, rule.to, strict=True)
    )
    return (
        f"SELECT to_jsonb(_t) AS row FROM {source} _t WHERE {filled} AND NOT EXISTS"
        f" (SELECT 1 FROM {table_sql(rule.target)} _p WHERE {equal})"
    )


def children_of(rule: Rule, gone: str) -> str:
    """A FROM item: rows of the referring table that point at one of the rows `gone` of its target."""
    pairs = list(zip(rule.columns, rule.to, strict=True))
    equal = " AND ".join(f"_c.{quote(c)} = _g.{quote(t)}" for c, t in pairs)
    return (
        f"(SELECT _c.* FROM {table_sql(rule.table)} _c WHERE EXISTS"
        f" (SELECT 1 FROM {gone} _g WHERE {equal}))"
    )


def keyed(rule: Rule, table: Table, placeholder: str) -> str:
    """A declared SQL rule narrowed to what changed rows of `table` concern.

    The expression of `keyedBy` (`o.id`, `l.order_id`) must equal the column of that name in one of
    the changed rows. Raises `RuleError` for text that is no single SELECT.
    """
    import sqlglot  # here, since its import costs more than most runs need

    expression = rule.keyed_by[table.name]
    column = expression.rpartition(".")[2].strip('"')
    try:
        tree = sqlglot.parse_one(rule.sql, dialect=DIALECT)
    except sqlglot.errors.SqlglotError as exc:
        raise RuleError(" ".join(str(exc).split())) from None
    if not isinstance(tree, sqlglot.exp.Select):
        raise RuleError(
            "`violations` must be one SELECT, so that it can be narrowed to changed rows"
        )
    marker = "_seam_changed"
    narrowed = tree.where(f"{expression} IN (SELECT {marker})", dialect=DIALECT)
    text = narrowed.sql(dialect=DIALECT).replace("%", "%%")
    changed = f"SELECT {quote(column)} FROM {images(table, placeholder)}"
    return f"SELECT to_jsonb(_t) AS row FROM ({text.replace(f'SELECT {marker}', changed)}) _t"


def reads(rule: Rule) -> frozenset[str]:
    """The tables that a rule's verdict depends on, by the names that its SQL uses."""
    if rule.check != "sql":
        names = {rule.table.name}
        if rule.target is not None:
            names.add(rule.target.name)
        return frozenset(names)
    import sqlglot

    try:
        tree = sqlglot.parse_one(rule.sql, dialect=DIALECT)
    except sqlglot.errors.SqlglotError:
        return frozenset({rule.table.name})
    return frozenset({rule.table.name} | {t.name for t in tree.find_all(sqlglot.exp.Table)})
