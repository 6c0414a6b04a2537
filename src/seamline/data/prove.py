"""What the catalog proves of declared rules: validated constraints, types and keys that say as much or more.

Only what is certain counts: a comparison of the bare column with a constant, a list of texts, a length.
CHECKs let nulls pass, and so do the rules that they prove here. A rule with `where` is weaker than the
same rule without, so what proves the one proves the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from seamline.data.dialect import NUMBERS, TEXTS
from seamline.data.imply import implies
from seamline.data.rule import Rule
from seamline.model.catalog import Column, Table

_WIDTHS = {"smallint": 15, "integer": 31, "bigint": 63}
_EXACT = ("int", "bigint", "smallint", "decimal", "double")
"""Types that a constant may be cast to and stay the number that is written."""
_PROVABLE = frozenset(
    (
        "notNull",
        "range",
        "length",
        "matches",
        "oneOf",
        "unique",
        "references",
        "ordered",
        "constraint",
    )
)


class _Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What one constraint says of one column: a bound, a length, a list, a pattern, not null."""

    kind: str
    column: str
    by: str
    value: Any = None


def proven(rules: Iterable[Rule]) -> Iterator[Rule]:
    """The rules, those that the catalog proves marked with what proves them, and what those imply too."""
    marked = list(_marked(rules))
    by_table: dict[str, list[Rule]] = {}
    for rule in marked:
        if rule.proven:
            by_table.setdefault(rule.table.name, []).append(rule)
    for rule in marked:
        sure = by_table.get(rule.table.name, ())
        by = next((s for s in sure if implies(s, rule)), None) if not rule.proven else None
        yield msgspec.structs.replace(rule, proven=by.proven) if by is not None else rule


def _marked(rules: Iterable[Rule]) -> Iterator[Rule]:
    facts: dict[str, list[_Fact]] = {}
    for rule in rules:
        if rule.check not in _PROVABLE:
            yield rule
            continue
        table = rule.table
        if table.name not in facts:
            facts[table.name] = list(_facts(table))
        by = _proof(rule, facts[table.name])
        yield msgspec.structs.replace(rule, proven=by) if by else rule


def _proof(rule: Rule, facts: list[_Fact]) -> str:
    """The names of the constraints that prove the rule; empty where they do not."""
    match rule.check:
        case "unique":
            return _key(rule)
        case "references":
            return _foreign_key(rule)
        case "ordered":
            pairs = list(zip(rule.columns, rule.columns[1:], strict=False))
            return _all(_one("before", a, facts, b) for a, b in pairs)
        case "constraint":
            tree = _parsed(rule.sql)
            return _one("condition", "", facts, tree.sql()) if tree is not None else ""
        case "matches":
            return _one("pattern", rule.columns[0], facts, rule.pattern)
        case "notNull":
            return _all(_one("filled", c, facts, None) for c in rule.columns)
        case "oneOf":
            return _listed(rule, facts)
    kinds = ("low", "high") if rule.check == "range" else ("shortest", "longest")
    return _all(
        _bound(kind, rule.columns[0], facts, bound)
        for kind, bound in zip(kinds, (rule.low, rule.high), strict=True)
        if bound is not None
    )


def _all(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(dict.fromkeys(found)) if found and all(found) else ""


def _one(kind: str, column: str, facts: list[_Fact], value: Any) -> str:
    return next((f.by for f in facts if (f.kind, f.column, f.value) == (kind, column, value)), "")


def _bound(kind: str, column: str, facts: list[_Fact], bound: Any) -> str:
    number = _number(bound)
    if number is None:
        return ""
    for fact in facts:
        if (fact.kind, fact.column) == (kind, column):
            is_least = kind in ("low", "shortest")
            if fact.value >= number if is_least else fact.value <= number:
                return fact.by
    return ""


def _listed(rule: Rule, facts: list[_Fact]) -> str:
    allowed = {str(v).lower() if isinstance(v, bool) else v for v in rule.values}
    for fact in facts:
        is_list = fact.kind == "list" and fact.column == rule.columns[0]
        if is_list and fact.value <= allowed:
            return fact.by
    return ""


def _key(rule: Rule) -> str:
    """A key over some of the columns makes all of them unique."""
    return next(
        (
            key.name
            for key in rule.table.unique
            if key.valid and key.plain and key.columns and set(key.columns) <= set(rule.columns)
            and (key.predicate is None or (rule.where and _same(key.predicate, rule.where)))
        ),
        "",
    )  # fmt: skip


def _foreign_key(rule: Rule) -> str:
    assert rule.target is not None
    pairs = set(zip(rule.columns, rule.to, strict=True))
    return next(
        (
            key.name
            for key in rule.table.foreign_keys
            if key.validated and key.table == rule.target.name
            and set(zip(key.columns, key.to, strict=True)) == pairs
        ),
        "",
    )  # fmt: skip


def _same(one: str, other: str) -> bool:
    trees = [_parsed(sql) for sql in (one, other)]
    return None not in trees and trees[0].sql() == trees[1].sql()


def _facts(table: Table) -> Iterator[_Fact]:
    for column in table.columns:
        name = column.name
        if not column.nullable:
            yield _Fact(kind="filled", column=name, by="NOT NULL")
        if column.base in _WIDTHS:
            limit = Decimal(2) ** _WIDTHS[column.base]
            yield _Fact(kind="low", column=name, by=column.base, value=-limit)
            yield _Fact(kind="high", column=name, by=column.base, value=limit - 1)
        if column.max_length is not None:
            yield _Fact(kind="longest", column=name, by=column.type, value=column.max_length)
        if column.enum:
            yield _Fact(kind="list", column=name, by=column.type, value=set(column.enum))
        if column.base == "boolean":
            yield _Fact(kind="list", column=name, by="boolean", value={"true", "false"})
    for check in table.checks:
        if check.validated and (tree := _parsed(check.expression)) is not None:
            for part in _conjuncts(tree):
                yield _Fact(kind="condition", column="", by=check.name, value=part.sql())
                for fact in _of_condition(part, table):
                    yield msgspec.structs.replace(fact, by=check.name)
            yield _Fact(kind="condition", column="", by=check.name, value=tree.sql())


def _parsed(sql: str) -> Any:
    import sqlglot

    try:
        return sqlglot.parse_one(sql, dialect="postgres").unnest()
    except (sqlglot.errors.SqlglotError, RecursionError):
        return None


def _conjuncts(tree: Any) -> Iterator[Any]:
    from sqlglot import exp

    tree = tree.unnest()
    if isinstance(tree, exp.And):
        yield from _conjuncts(tree.left)
        yield from _conjuncts(tree.right)
    elif isinstance(tree, exp.Between) and not tree.args.get("symmetric"):
        yield exp.GTE(this=tree.this, expression=tree.args["low"])
        yield exp.LTE(this=tree.this, expression=tree.args["high"])
    else:
        yield tree


def _of_condition(tree: Any, table: Table) -> Iterator[_Fact]:
    from sqlglot import exp

    if isinstance(tree, exp.Is | exp.Not):
        inner = tree.this if isinstance(tree, exp.Not) else tree
        negated = isinstance(tree, exp.Not) or tree.args.get("negate")
        column = _column(inner.this, table) if isinstance(inner, exp.Is) else None
        if column is not None and negated and isinstance(inner.expression, exp.Null):
            yield _Fact(kind="filled", column=column.name, by="")
    elif isinstance(tree, exp.RegexpLike) and not tree.args.get("flag"):
        column, pattern = _column(tree.this, table, as_text=True), _text(tree.expression)
        # A pattern sees the blanks behind a `character`, and no case in a `citext`.
        is_text = column is not None and column.base in ("text", "character varying")
        if column is not None and is_text and pattern is not None:
            yield _Fact(kind="pattern", column=column.name, by="", value=pattern)
    elif isinstance(tree, exp.GT | exp.GTE | exp.LT | exp.LTE):
        yield from _of_comparison(tree, table)
    elif isinstance(tree, exp.EQ | exp.In | exp.Or):
        found = _values(tree, table)
        if found is not None:
            yield _Fact(kind="list", column=found[0].name, by="", value=found[1])


def _of_comparison(tree: Any, table: Table) -> Iterator[_Fact]:
    from sqlglot import exp

    left, right = tree.left.unnest(), tree.right.unnest()
    upwards, strict = isinstance(tree, exp.GT | exp.GTE), isinstance(tree, exp.GT | exp.LT)
    if _constant(left) is not None:
        left, right, upwards = right, left, not upwards
    one, other = _column(left, table), _column(right, table)
    if one is not None and other is not None:
        first, second = (other, one) if upwards else (one, other)
        yield _Fact(kind="before", column=first.name, by="", value=second.name)
        return
    value = _constant(right)
    length = isinstance(left, exp.Length)
    column = _column(left.this, table, as_text=True) if length else one
    if (
        column is None
        or value is None
        or column.base not in (TEXTS if length else NUMBERS - {"real"})
    ):
        return
    whole = length or column.base in _WIDTHS
    if strict and whole and value == value.to_integral_value():
        value += 1 if upwards else -1
    kinds = ("shortest", "longest") if length else ("low", "high")
    yield _Fact(kind=kinds[not upwards], column=column.name, by="", value=value)


def _values(tree: Any, table: Table) -> tuple[Column, set[Any]] | None:
    """The column of `c = 'a' OR c = 'b'`, `c IN (…)`, `c = ANY (ARRAY[…])`, and the constants."""
    from sqlglot import exp

    if isinstance(tree, exp.Or):
        sides = [_values(side.unnest(), table) for side in (tree.left, tree.right)]
        one, other = sides
        if one is None or other is None or one[0] != other[0]:
            return None
        return one[0], one[1] | other[1]
    if isinstance(tree, exp.In):
        given = tree.expressions
    elif isinstance(tree, exp.EQ) and isinstance(tree.expression, exp.Any):
        array = _uncast(tree.expression.this)
        given = array.expressions if isinstance(array, exp.Array) else []
    else:
        given = [tree.expression] if isinstance(tree, exp.EQ) else []
    column = _column(tree.this, table, as_text=True)
    values = [
        _text(v) if column is not None and column.base in TEXTS else _constant(v) for v in given
    ]
    if column is None or not values or None in values:
        return None
    return column, set(values)


def _column(tree: Any, table: Table, *, as_text: bool = False) -> Column | None:
    """The column that an expression is; with `as_text` also a text column that is cast to text."""
    from sqlglot import exp

    tree = tree.unnest()
    if as_text and isinstance(tree, exp.Cast) and tree.is_type("text"):
        inner = _column(tree.this, table)
        return inner if inner is not None and inner.base in TEXTS - {"citext"} else None
    if not isinstance(tree, exp.Column) or tree.args.get("table"):
        return None
    name = tree.name if tree.this.args.get("quoted") else tree.name.lower()
    return table.by_column.get(name)


def _uncast(tree: Any) -> Any:
    from sqlglot import exp

    tree = tree.unnest()
    return _uncast(tree.this) if isinstance(tree, exp.Cast) else tree


def _text(tree: Any) -> str | None:
    from sqlglot import exp

    tree = _uncast(tree)
    return str(tree.this) if isinstance(tree, exp.Literal) and tree.is_string else None


def _constant(tree: Any) -> Decimal | None:
    """A number that stands there, however PostgreSQL writes it: `5`, `(0)::numeric`, `'-1'::integer`."""
    from sqlglot import exp

    tree = tree.unnest()
    if isinstance(tree, exp.Cast | exp.Neg):
        inner = _constant(tree.this)
        if inner is None or isinstance(tree, exp.Neg):
            return -inner if inner is not None else None
        if tree.to.expressions or not tree.to.is_type(*_EXACT):
            return None
        is_whole = inner == inner.to_integral_value()
        return inner if is_whole or tree.to.is_type("decimal", "double") else None
    return _number(tree.this) if isinstance(tree, exp.Literal) else None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return number if number.is_finite() else None
