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

from seamline.data.dialect import MOST_BYTES, NUMBERS, TEXTS, Dialect
from seamline.data.dialect.postgresql import DIALECT
from seamline.data.rule import Rule
from seamline.model.catalog import Column, Table


class Params(msgspec.Struct):
    """Named parameters of one statement, collected while its text is written, in one dialect."""

    values: dict[str, Any] = {}
    dialect: Dialect = DIALECT

    def add(self, value: Any) -> str:
        """The placeholder of a new parameter. A number with a fraction is exact, as it was written."""
        name = f"p{len(self.values)}"
        self.values[name] = Decimal(repr(value)) if isinstance(value, float) else value
        return f"%({name})s"

    def own(self, sql: str) -> str:
        """SQL of the data file or of a constraint in brackets; it may end in a comment."""
        return f"({escaped(self.dialect.own(sql))}\n)"


def quote(name: str) -> str:
    """A column name for SQL (percent signs doubled: they would start a placeholder)."""
    return escaped('"' + name.replace('"', '""') + '"')


def quoted(names: Iterable[str]) -> str:
    """Column names for SQL, with commas."""
    return ", ".join(map(quote, names))


def escaped(sql: str) -> str:
    """SQL whose percent signs are no placeholders."""
    return sql.replace("%", "%%")


def equals(column: str, value: Any, params: Params) -> str:
    """Equality with a value of a file: numbers as numbers (9.9 is 9.90), anything else as text."""
    if value is None:
        return f"{quote(column)} IS NULL"
    text = f"{quote(column)}::text"
    if isinstance(value, bool):
        return f"{text} = {params.add('true' if value else 'false')}"
    if isinstance(value, int | float):
        options = (
            f"to_jsonb({params.add(value)}::numeric), to_jsonb({params.add(str(value))}::text)"
        )
        return f"to_jsonb({quote(column)}) IN ({options})"
    return f"{text} = {params.add(value)}"


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
            broken = " OR ".join(f"{row}.{quote(c)} IS NULL" for c in rule.columns)
        case "range":
            broken = " OR ".join(outside(rule, column, params))
        case "length":
            broken = _wrong_length(rule, column, params)
        case "matches":
            broken = params.dialect.unlike(f"{column}::text", rule.pattern, params.add)
        case "oneOf":
            broken = _none_of(rule, column, params)
        case "ordered":
            pairs = zip(rule.columns, rule.columns[1:], strict=False)
            broken = " OR ".join(f"{row}.{quote(a)} > {row}.{quote(b)}" for a, b in pairs)
        case "constraint":
            broken = f"{params.own(rule.sql)} IS FALSE"
        case _:
            return None
    return f"{params.own(rule.where)} AND ({broken})" if rule.where else broken


def _column(rule: Rule) -> Column:
    return rule.table.by_column[rule.columns[0]]


def outside(rule: Rule, value: str, params: Params) -> list[str]:
    """Conditions under which a value of the rule's column is beyond one of its bounds."""
    bounds = [(rule.low, "<"), (rule.high, ">")]
    return [
        f"{value} {op} {params.dialect.typed(params.add(bound), _column(rule), bound)}"
        for bound, op in bounds
        if bound is not None
    ]


def _wrong_length(rule: Rule, column: str, params: Params) -> str:
    text = column if _column(rule).base in TEXTS else f"{column}::text"
    if rule.low == rule.high:
        return f"length({text}) <> {params.add(rule.low)}"
    parts = []
    if rule.high is not None:
        parts.append(params.dialect.longer(text, params.add(rule.high)))
    if rule.low is not None:
        low, bytes_ = params.add(rule.low), params.add(rule.low * MOST_BYTES)
        parts.append(f"{params.dialect.bytes_of(text)} < {bytes_} AND length({text}) < {low}")
    return " OR ".join(parts)


def _none_of(rule: Rule, column: str, params: Params) -> str:
    """Numbers and texts compare as the column does, anything else (enums, dates, booleans) by its text."""
    wanted = [v for v in rule.values if v is not None]  # nulls pass
    if not wanted:
        return f"{column} IS NOT NULL"
    base = _column(rule).base
    numbers = base in NUMBERS or not any(isinstance(v, str | bool) for v in wanted)
    if not numbers:
        left = column if base in TEXTS else f"{column}::text"
        return f"{left} NOT IN ({', '.join(params.add(_as_text(v)) for v in wanted)})"
    options = (params.dialect.typed(params.add(v), _column(rule), v) for v in wanted)
    return f"{column} NOT IN ({', '.join(options)})"


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def violations(rule: Rule, params: Params, source: str, condition: str | None = None) -> str:
    """A SELECT of the rows of `source` (a FROM item with the table's columns) that break the rule.

    `condition` is the rule's predicate where that is made already.
    """
    row = params.dialect.row("_t")
    broken = condition or predicate(rule, params)
    if broken is not None:
        return f'SELECT {row} AS "row" FROM {source} _t WHERE {broken}'
    match rule.check:
        case "unique":
            return _duplicates(rule, params, source)
        case "references":
            return _orphans(rule, params, source)
        case "equalSums":
            return unequal_sums(rule, params)
        case "nullShare":
            where = f" AND {params.own(rule.where)}" if rule.where else ""
            column = quote(rule.columns[0])
            return f'SELECT {row} AS "row" FROM {source} _t WHERE _t.{column} IS NULL{where}'
    return f'SELECT {row} AS "row" FROM {params.own(rule.sql)} _t'


def count_of(rule: Rule, params: Params) -> str:
    """A SELECT of one number, `v`: how many rows of the whole table break a rule that needs more than one."""
    selected = violations(rule, params, table_sql(rule.table))
    return f"SELECT count(*) AS v FROM ({selected}) _v"


def repeated_groups(rule: Rule, params: Params, most: int) -> str:
    """A SELECT of a few of the values that stand in several rows, and the number `v` of all such rows."""
    row = params.dialect.row("_t")
    groups = _groups(rule, params)
    return f'SELECT {row} AS "row", sum(_t.rows) OVER () AS v FROM {groups} _t LIMIT {most}'


def _rows(rule: Rule, params: Params, source: str) -> str:
    """A FROM item without alias: the rows of `source` that the rule looks at."""
    return f"(SELECT * FROM {source} _s WHERE {params.own(rule.where)})" if rule.where else source


def repeated(rule: Rule, params: Params) -> str:
    """A SELECT of one number, `v`: how many more values there are than distinct marks; none repeats at 0."""
    column = quote(rule.columns[0])
    rows = _rows(rule, params, table_sql(rule.table))
    value = params.dialect.mark(column, _column(rule))
    return f"SELECT count({column}) - count(DISTINCT {value}) AS v FROM {rows} _r"


def _groups(rule: Rule, params: Params) -> str:
    """A FROM item without alias: values that stand in several rows, with their number in `rows`.

    They are sorted first: hashed, as many groups as rows outgrow the memory that a statement has.
    """
    names = quoted(rule.columns)
    filled = " AND ".join(f"{quote(c)} IS NOT NULL" for c in rule.columns)
    of = rule.table.by_column
    sorted_ = ", ".join(
        f"{params.dialect.sorted(quote(c), of[c])} AS {quote(c)}" for c in rule.columns
    )
    numbers = ", ".join(str(n + 1) for n in range(len(rule.columns)))
    return (
        f"(SELECT {names}, count(*) AS rows FROM (SELECT {sorted_} FROM"
        f" {_rows(rule, params, table_sql(rule.table))} _r WHERE {filled} ORDER BY {numbers}) _o"
        f" GROUP BY {names} HAVING count(*) > 1)"
    )


def _duplicates(rule: Rule, params: Params, source: str) -> str:
    """Rows of `source` whose values stand in more than one row of the table; nulls never do.

    Over the whole table one row for each such values, with their number in `rows`.
    """
    row = params.dialect.row("_t")
    table = table_sql(rule.table)
    if source == table:
        return f'SELECT {row} AS "row" FROM {_groups(rule, params)} _t'
    equal = " AND ".join(f"_o.{quote(c)} = _t.{quote(c)}" for c in rule.columns)
    return (
        f'SELECT {row} AS "row" FROM {_rows(rule, params, source)} _t WHERE'
        f" (SELECT count(*) FROM {_rows(rule, params, table)} _o WHERE {equal}) > 1"
    )


def _orphans(rule: Rule, params: Params, source: str) -> str:
    row = params.dialect.row("_t")
    return f'SELECT {row} AS "row" FROM {_unmatched(rule, params, _rows(rule, params, source))}'


def orphans(rule: Rule, params: Params, most: int) -> str:
    """A SELECT of a few orphans of a table whose rows have places, and the number `v` of all.

    Only places go through the join: whole rows would cost more than looking the few up.
    """
    table, row = table_sql(rule.table), params.dialect.row("_t")
    source = f"(SELECT ctid, * FROM {table} _s WHERE {params.own(rule.where)})"
    found = _unmatched(rule, params, source if rule.where else table)
    return (
        f"WITH _o AS MATERIALIZED (SELECT _t.ctid AS place FROM {found})"
        f' SELECT {row} AS "row", (SELECT count(*) FROM _o) AS v FROM {table} _t'
        f" WHERE _t.ctid = ANY (ARRAY(SELECT place FROM _o LIMIT {most}))"
    )


def _unmatched(rule: Rule, params: Params, source: str) -> str:
    """What stands behind FROM: rows `_t` of `source` whose columns are filled and those of no target."""
    assert rule.target is not None
    filled = " AND ".join(f"_t.{quote(c)} IS NOT NULL" for c in rule.columns)
    equal = " AND ".join(
        f"_p.{quote(t)} = _t.{quote(c)}" for c, t in zip(rule.columns, rule.to, strict=True)
    )
    return (
        f"{source} _t WHERE {filled} AND NOT EXISTS"
        f" (SELECT 1 FROM {table_sql(rule.target)} _p WHERE {equal})"
    )


def unequal_sums(rule: Rule, params: Params, *, concerned: str = "", plain: bool = False) -> str:
    """A SELECT of the groups, or of the one pair, of sums that differ; as rows in JSON, or `plain`.

    `concerned` is a SELECT of the values of the groups that are looked at; all where it is left out.
    """
    assert rule.target is not None
    here = _sums(rule.table, rule.columns, rule.sql, rule.where, params, concerned)
    there = _sums(rule.target, rule.to, rule.other_sql, rule.other_where, params, concerned)
    one, other = "coalesce(_a.s, 0)", "coalesce(_b.s, 0)"
    differs = f"{one} <> {other}"
    if rule.within:
        differs = f"abs({one} - {other}) > {params.add(rule.within)}"
    keys = [(quote(c), f"k{i}") for i, c in enumerate(rule.columns)]
    joined = f" ON {' AND '.join(f'_a.{k} = _b.{k}' for _, k in keys)}" if keys else ""
    named = "".join(f"coalesce(_a.{k}, _b.{k}) AS {c}, " for c, k in keys)
    selected = (
        f'SELECT {named}{one} AS "sum", {other} AS "equals"'
        f" FROM {here} _a {'FULL' if keys else 'CROSS'} JOIN {there} _b{joined} WHERE {differs}"
    )
    return selected if plain else f'SELECT {params.dialect.row("_t")} AS "row" FROM ({selected}) _t'


def _sums(
    table: Table, columns: Sequence[str], sql: str, where: str, params: Params, concerned: str
) -> str:
    """A FROM item without alias: per value of `columns`, as k0, k1, …, the sum `s` of an expression."""
    keys = "".join(f"{quote(c)} AS k{i}, " for i, c in enumerate(columns))
    conditions = [f"{quote(c)} IS NOT NULL" for c in columns]
    conditions += [params.own(where)] if where else []
    conditions += [f"({quoted(columns)}) IN ({concerned})"] if concerned else []
    chosen = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    grouped = f" GROUP BY {quoted(columns)}" if columns else ""
    return f"(SELECT {keys}sum({params.own(sql)}) AS s FROM {table_sql(table)}{chosen}{grouped})"


def children_of(rule: Rule, gone: str) -> str:
    """A FROM item: rows of the referring table that point at one of the rows `gone` of its target."""
    pairs = list(zip(rule.columns, rule.to, strict=True))
    equal = " AND ".join(f"_c.{quote(c)} = _g.{quote(t)}" for c, t in pairs)
    return (
        f"(SELECT _c.* FROM {table_sql(rule.table)} _c WHERE EXISTS"
        f" (SELECT 1 FROM {gone} _g WHERE {equal}))"
    )
