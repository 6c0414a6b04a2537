"""Rules as SQL: each rule as a SELECT of the rows that break it, over a table or over changed rows.

Changed rows are looked up by their key, which goes to the database as JSON; without a key their whole
images do, read with the table's own row type. So types, collations and operators are the database's
and the cost does not depend on the table's size.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from seamline.data.rule import Rule
from seamline.model.catalog import Table

_NUMBERS = frozenset(("smallint", "integer", "bigint", "numeric", "real", "double precision"))
_TEXTS = frozenset(("text", "character varying", "character", "citext", "name"))


class Params(msgspec.Struct):
    """Named parameters of one statement, collected while its text is written."""

    values: dict[str, Any] = {}

    def add(self, value: Any) -> str:
        """The placeholder of a new parameter. A number with a fraction is exact, as it was written."""
        name = f"p{len(self.values)}"
        self.values[name] = Decimal(repr(value)) if isinstance(value, float) else value
        return f"%({name})s"


def quote(name: str) -> str:
    """A column name for SQL (percent signs doubled: they would start a placeholder)."""
    return escaped('"' + name.replace('"', '""') + '"')


def quoted(names: Iterable[str]) -> str:
    """Column names for SQL, with commas."""
    return ", ".join(map(quote, names))


def escaped(sql: str) -> str:
    """SQL whose percent signs are no placeholders."""
    return sql.replace("%", "%%")


def table_sql(table: Table) -> str:
    """The table's qualified name for SQL."""
    return escaped(table.sql)


def written(table: Table, placeholder: str) -> str:
    """A FROM item: the rows of `table` that a JSON array parameter of keys, or of whole images, names."""
    if not table.primary_key:
        return f"jsonb_populate_recordset(NULL::{table_sql(table)}, {placeholder}::jsonb)"
    keys = values(table, table.primary_key, placeholder)
    named = quoted(table.primary_key)
    return f"(SELECT * FROM {table_sql(table)} WHERE ({named}) IN (SELECT * FROM {keys} _k))"


def values(table: Table, columns: Sequence[str], placeholder: str) -> str:
    """A FROM item: these columns of a JSON array parameter of images."""
    typed = ", ".join(f"{quote(c)} {_type(table, c)}" for c in columns)
    return f"(SELECT * FROM jsonb_to_recordset({placeholder}::jsonb) AS _j({typed}))"


def _type(table: Table, column: str) -> str:
    # The base: a domain's checks are not asked for here. A bare `character` or `bit` is one long.
    base = table.by_column[column].base
    return {"character": "bpchar", "bit": "varbit"}.get(base, escaped(base))


def predicate(rule: Rule, params: Params, row: str = "_t") -> str | None:
    """The condition under which one row, taken alone, breaks the rule; None for rules that need more."""
    column = f"{row}.{quote(rule.columns[0])}" if rule.columns else ""
    match rule.check:
        case "notNull":
            return " OR ".join(f"{row}.{quote(c)} IS NULL" for c in rule.columns)
        case "range":
            bounds = [(rule.low, "<"), (rule.high, ">")]
            return " OR ".join(
                f"{column} {op} {_value(rule, bound, params)}"
                for bound, op in bounds
                if bound is not None
            )
        case "matches":
            # The second half is never true: it makes a wrong pattern fail where every value is null.
            pattern = params.add(rule.pattern)
            return f"{column}::text !~ {pattern} OR ('' ~ {pattern}) IS NULL"
        case "oneOf":
            return _none_of(rule, column, params)
        case "ordered":
            pairs = zip(rule.columns, rule.columns[1:], strict=False)
            return " OR ".join(f"{row}.{quote(a)} > {row}.{quote(b)}" for a, b in pairs)
        case "constraint":
            return f"({escaped(rule.sql)}\n) IS FALSE"  # it may end in a comment
    return None


def _base(rule: Rule) -> str:
    return rule.table.by_column[rule.columns[0]].base


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _value(rule: Rule, value: Any, params: Params) -> str:
    """The placeholder of a value to compare the column with; 0.1 is another number as `real`."""
    placeholder = params.add(value)
    return f"{placeholder}::real" if _base(rule) == "real" and _is_number(value) else placeholder


def _none_of(rule: Rule, column: str, params: Params) -> str:
    """Numbers and texts compare as the column does, anything else (enums, dates, booleans) by its text."""
    wanted = [v for v in rule.values if v is not None]  # nulls pass
    if not wanted:
        return f"{column} IS NOT NULL"
    numbers = all(map(_is_number, wanted))
    left = column if numbers or _base(rule) in _NUMBERS | _TEXTS else f"{column}::text"
    options = (_value(rule, v if numbers else _as_text(v), params) for v in wanted)
    return f"{left} NOT IN ({', '.join(options)})"


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


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
            f"SELECT to_jsonb(_t) AS row FROM {source} _t WHERE _t.{column} IS NULL AND"
            f" (SELECT count(*) - count({column}) > count(*) * {params.add(rule.share)} FROM {source} _s)"
        )
    return f"SELECT to_jsonb(_t) AS row FROM (\n{escaped(rule.sql)}\n) _t"


def count_of(rule: Rule, selected: str) -> str:
    """A scalar subquery: how many rows `selected`, violations over a whole table, stands for."""
    count = "coalesce(sum((row->>'rows')::bigint), 0)" if rule.check == "unique" else "count(*)"
    return f"(SELECT {count}::bigint FROM ({selected}) _v)"


def _duplicates(rule: Rule, source: str) -> str:
    """Rows of `source` whose values stand in more than one row of the table; nulls never do.

    Over the whole table one row for each such values, with their number in `rows`.
    """
    table = table_sql(rule.table)
    where = f" WHERE ({escaped(rule.sql)})" if rule.sql else ""
    if source == table:
        names = quoted(rule.columns)
        filled = " AND ".join(f"{quote(c)} IS NOT NULL" for c in rule.columns)
        return (
            f"SELECT to_jsonb(_t) AS row FROM (SELECT {names}, count(*) AS rows FROM"
            f" (SELECT * FROM {table}{where}) _s WHERE {filled}"
            f" GROUP BY {names} HAVING count(*) > 1) _t"
        )
    equal = " AND ".join(f"_o.{quote(c)} = _t.{quote(c)}" for c in rule.columns)
    return (
        f"SELECT to_jsonb(_t) AS row FROM (SELECT * FROM {source} _s{where}) _t WHERE"
        f" (SELECT count(*) FROM (SELECT * FROM {table}{where}) _o WHERE {equal}) > 1"
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
