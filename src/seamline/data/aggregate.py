"""What the rows of a table amount to: terms of the one scan, how parts of it add up, and the verdict.

A scan may be split into parts of the table, so each term is one that parts can be added up from.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from seamline.data.compile import Params, outside, predicate, quote, table_sql, unequal_sums
from seamline.data.rule import Rule
from seamline.model.row import Row

Fold = Literal["sum", "max", "all"]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a scan, and how its values of several parts become one; nulls count for nothing."""

    sql: str
    fold: Fold = "sum"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule's terms say: rows looked at (None: all), violations, and the value in words.

    `samples` are rows that came along with the count.
    """

    violations: int
    rows: int | None = None
    found: str = ""
    samples: tuple[Row, ...] = ()


def terms(rule: Rule, params: Params) -> tuple[Term, ...]:
    """The terms of a rule that one scan can judge; none where it needs a query of its own."""
    broken = predicate(rule, params)
    if broken is not None:
        counted = (Term(sql=f"count(*) FILTER (WHERE {broken})"),)
        return (*counted, Term(sql=_count(rule, params))) if rule.where else counted
    column = f"_t.{quote(rule.columns[0])}" if rule.columns else ""
    filtered = f" FILTER (WHERE {params.own(rule.where)})" if rule.where else ""
    match rule.check:
        case "rowCount":
            return (Term(sql=_count(rule, params)),)
        case "nullShare":
            return (Term(sql=_count(rule, params)), Term(sql=f"count({column}){filtered}"))
        case "mean":
            return (Term(sql=f"count({column}){filtered}"), Term(sql=f"sum({column}){filtered}"))
        case "freshness":
            newest = f"max({column}){filtered}"
            limit = params.dialect.ago(
                params.add(rule.max_age_s), rule.table.by_column[rule.columns[0]]
            )
            return (
                Term(sql=f"{newest} < {limit}", fold="all"),
                Term(sql=f"{newest}::text", fold="max"),
                Term(sql=_count(rule, params)),
            )
    return ()


def _count(rule: Rule, params: Params) -> str:
    return f"count(*) FILTER (WHERE {params.own(rule.where)})" if rule.where else "count(*)"


def folded(term: Term, values: Sequence[Any]) -> Any:
    """The value of a term over the whole table from those over its parts."""
    known = [v for v in values if v is not None]
    if not known:
        return None
    match term.fold:
        case "sum" if any(isinstance(v, str) for v in known):
            return "NaN"  # the numbers that JSON has no word for: NaN and the infinities
        case "sum":
            return sum(known)
        case "max":
            return max(known)
    return all(known)


def verdict(rule: Rule, values: Sequence[Any]) -> Verdict:
    """What the values of a rule's terms over the whole table say of it."""
    match rule.check:
        case "rowCount":
            return _bounded(rule, values[0], values[0], f"there are {values[0]} rows")
        case "nullShare":
            rows, filled = values
            share = Decimal(rows - filled) / rows if rows else None
            shown = f"{rows - filled} of {rows} are null"
            return _bounded(rule, share, rows, shown, many=rows - filled)
        case "mean":
            rows, total = values
            mean = _number(total) / rows if rows else None
            return _bounded(rule, mean, rows, f"the mean is {_short(mean)}")
        case "freshness":
            stale, newest, rows = values
            found = f"the newest is {newest}" if newest is not None else "there are no values"
            return Verdict(violations=int(bool(stale)), rows=rows, found=found)
    return Verdict(violations=values[0], rows=values[1] if len(values) > 1 else None)


def _bounded(rule: Rule, value: Any, rows: int, found: str, many: int = 1) -> Verdict:
    """Outside the bounds, all of `many` where there is too much, else one; no value breaks none."""
    if value is None:
        return Verdict(violations=0, rows=rows, found="there are no values")
    if isinstance(value, Decimal) and not value.is_finite():
        return Verdict(violations=1, rows=rows, found=found)
    low = rule.low is not None and value < _number(rule.low)
    high = rule.high is not None and value > _number(rule.high)
    return Verdict(violations=many if high else int(low), rows=rows, found=found)


def _number(value: Any) -> Decimal:
    try:
        return Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return Decimal("NaN")


def _short(value: Decimal | None) -> str:
    return f"{value:.6g}" if value is not None and value.is_finite() else "no number"


def alone(rule: Rule, params: Params) -> str:
    """A SELECT of `v`, the violations, and `found` in words, for what all rows amount to in a query of
    its own: a quantile, or sums of whole tables."""
    if rule.check == "equalSums":
        return (
            f"SELECT count(*) AS v, max('the sums are ' || \"sum\"::text || ' and ' || \"equals\"::text)"
            f" AS found FROM ({unequal_sums(rule, params, plain=True)}) _u"
        )
    where = f" WHERE {params.own(rule.where)}" if rule.where else ""
    picked = params.dialect.quantile(quote(rule.columns[0]), params.add(rule.at))
    broken = " OR ".join(outside(rule, "_q.q", params))
    return (
        f"SELECT CASE WHEN {broken} THEN 1 ELSE 0 END AS v, 'it is ' || _q.q::text AS found"
        f" FROM (SELECT {picked} AS q FROM {table_sql(rule.table)} _t{where}) _q"
    )
