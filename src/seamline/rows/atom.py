"""Claims about one or two columns, read from SQL: comparisons, IN, BETWEEN, length(), patterns, null."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlglot import exp

from seamline.rows.limit import FUTURE, PAST, Limit, Pattern
from seamline.rows.way import Relation, Way

OPERATORS: dict[type, str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_NEGATED = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMERIC = {"INT", "BIGINT", "SMALLINT", "DECIMAL", "DOUBLE", "FLOAT", "MONEY"}
_NOW = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.Localtimestamp)
_LENGTHS = {"octet_length", "cardinality", "char_length", "character_length", "jsonb_array_length"}


class Now:
    """The moment at which a statement runs."""


class Unknown:
    """No constant."""


UNKNOWN = Unknown()


def bare(node: exp.Expr) -> exp.Expr:
    """Without parentheses and casts."""
    while isinstance(node, (exp.Paren, exp.Cast)):
        node = node.this
    return node


def column(node: exp.Expr) -> str | None:
    """The column that the expression is, but for casts, coalesce and trim."""
    node = bare(node)
    while isinstance(node, (exp.Coalesce, exp.Trim)):
        node = bare(node.this)
    return node.name if isinstance(node, exp.Column) else None


def constant(node: exp.Expr) -> Any:
    """The value of a constant expression: a number, text, bool, None, `Now`; else UNKNOWN."""
    if isinstance(node, exp.Cast):
        value = constant(node.this)
        if isinstance(value, str) and node.to.this.name in _NUMERIC:
            return _number(value)
        return value
    if isinstance(node, exp.Paren):
        return constant(node.this)
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else _number(str(node.this))
    if isinstance(node, exp.Neg):
        value = constant(node.this)
        return -value if isinstance(value, Decimal) else UNKNOWN
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if isinstance(node, exp.Null):
        return None
    if isinstance(node, _NOW):
        return Now()
    if isinstance(node, (exp.Add, exp.Sub, exp.Mul)):
        return _arithmetic(node)
    return UNKNOWN


def _arithmetic(node: exp.Binary) -> Any:
    left, right = constant(node.left), constant(node.right)
    if isinstance(left, Now):
        return left  # now() - '30 days': PAST and FUTURE are further away than that
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        return UNKNOWN
    if isinstance(node, exp.Mul):
        return left * right
    return left + right if isinstance(node, exp.Add) else left - right


def _number(text: str) -> Any:
    try:
        return Decimal(text)
    except InvalidOperation:
        return UNKNOWN


def atom(node: exp.Expr, wanted: bool) -> list[Way] | None:
    """The ways in which one claim is as `wanted`; None where it is not understood."""
    value = constant(node)
    if value is None or isinstance(value, bool):
        return [Way()] if value in (None, wanted) else []
    name = column(node)
    if name is not None:
        return [Way({name: Limit(among=(wanted,))})]
    if bool(node.args.get("negate")):
        wanted = not wanted
    if isinstance(node, exp.Is):
        return _is(node, wanted)
    if isinstance(node, exp.In):
        values = [constant(v) for v in node.expressions]
        return _among(column(node.this), values, wanted)
    if isinstance(node, exp.Between):
        return _between(node, wanted)
    if type(node) in OPERATORS:
        operator = OPERATORS[type(node)]
        return _compared(node, operator if wanted else _NEGATED[operator])
    if isinstance(node, exp.Anonymous) and node.name.lower() == "isempty":
        return None if wanted else [Way()]
    return _matched(node, wanted)


def _is(node: exp.Is, wanted: bool) -> list[Way] | None:
    name, value = column(node.this), constant(node.expression)
    if name is None or not (value is None or isinstance(value, bool)):
        return None
    if value is None:
        return [Way({name: Limit(null=wanted)})]
    if wanted:
        return [Way({name: Limit(among=(value,), null=False)})]
    return [Way({name: Limit(among=(not value,))})]


def _between(node: exp.Between, wanted: bool) -> list[Way] | None:
    name, low, high = column(node.this), constant(node.args["low"]), constant(node.args["high"])
    if name is None or low is UNKNOWN or high is UNKNOWN:
        return None
    below, above = _limit("<", low), _limit(">", high)
    if not wanted:
        return [Way({name: below}), Way({name: above})]
    merged = _limit(">=", low).both(_limit("<=", high))
    return [] if merged is None else [Way({name: merged})]


def _among(name: str | None, values: list[Any], wanted: bool) -> list[Way] | None:
    if name is None or any(isinstance(v, (Unknown, Now)) for v in values):
        return None
    known = tuple(v for v in values if v is not None)
    return [Way({name: Limit(among=known) if wanted else Limit(never=known)})]


def _limit(operator: str, value: Any) -> Limit:
    """What `column operator value` says of the column."""
    if isinstance(value, Now):
        value = PAST if operator in ("<", "<=", "=") else FUTURE
    if operator == "=":
        return Limit(among=(value,))
    if operator == "<>":
        return Limit(never=(value,), shortest=1) if value == "" else Limit(never=(value,))
    if operator in (">", ">="):
        if value == "":
            return Limit(shortest=1)
        return Limit(low=value, low_open=operator == ">")
    return Limit(high=value, high_open=operator == "<")


def _compared(node: exp.Expr, operator: str) -> list[Way] | None:
    left, right = node.this, node.args["expression"]
    listed = _listed(right, operator)
    if listed is not None:
        return _among(column(left), listed, operator == "=")
    if constant(left) is not UNKNOWN:
        left, right, operator = right, left, _FLIPPED[operator]
    value, name = constant(right), column(left)
    if value is UNKNOWN:
        return _related(left, operator, right)
    if value is None:
        return [Way()]
    if name is not None:
        return [Way({name: _limit(operator, value)})]
    return _measured(bare(left), operator, value)


def _listed(node: exp.Expr, operator: str) -> list[Any] | None:
    """The constants of ANY (ARRAY[…]) behind `=`, of ALL (ARRAY[…]) behind `<>`."""
    node = bare(node)
    inner: exp.Expr | None = None
    if (isinstance(node, exp.Any) and operator == "=") or (
        isinstance(node, exp.All) and operator == "<>"
    ):
        inner = bare(node.this)
    elif isinstance(node, exp.Anonymous) and node.name.upper() == "ALL" and operator == "<>":
        inner = bare(node.expressions[0])
    if isinstance(inner, exp.Array):
        return [constant(v) for v in inner.expressions]
    text = constant(inner) if inner is not None else None
    if isinstance(text, str) and re.fullmatch(r"\{[^\"{}\\]*\}", text):
        return list(text[1:-1].split(","))
    return None


def _measured(left: exp.Expr, operator: str, value: Any) -> list[Way] | None:
    """`length(c) < 5`, `c % 7 = 3`, `jsonb_typeof(c) = 'object'`, `position('@' in c) > 0`."""
    inner = left.this
    called = left.name.lower() if isinstance(left, exp.Anonymous) else ""
    if called and left.expressions:
        inner = left.expressions[0]
    name = column(inner) if isinstance(inner, exp.Expr) else None
    if name is None:
        return None
    if called in ("jsonb_typeof", "json_typeof") and operator == "=":
        return [Way({name: Limit(json=str(value))})]
    if not isinstance(value, Decimal):
        return None
    if isinstance(left, (exp.Length, exp.ArraySize)) or called in _LENGTHS:
        return _long(name, operator, int(value))
    if (
        isinstance(left, exp.Mod)
        and operator == "="
        and isinstance(constant(left.expression), Decimal)
    ):
        return [Way({name: Limit(modulo=(int(constant(left.expression)), int(value)))})]
    if isinstance(left, exp.StrPosition) and operator in (">", ">="):
        return _contains(name, left.args.get("substr"))
    return None


def _contains(name: str, part: exp.Expr | None) -> list[Way] | None:
    text = constant(part) if part is not None else UNKNOWN
    if not isinstance(text, str):
        return None
    return [Way({name: Limit(patterns=(Pattern(".+" + re.escape(text) + ".+"),))})]


def _long(name: str, operator: str, size: int) -> list[Way]:
    if operator == "<>":
        return _long(name, ">", size) + (_long(name, "<", size) if size > 0 else [])
    if operator in (">", ">="):
        return [Way({name: Limit(shortest=size + (operator == ">"))})]
    if operator == "=":
        return [Way({name: Limit(shortest=size, longest=size)})]
    longest = size - (operator == "<")
    return [Way({name: Limit(longest=longest)})] if longest >= 0 else []


def _related(left: exp.Expr, operator: str, right: exp.Expr) -> list[Way] | None:
    """Two columns, one of them perhaps plus a constant; `lower(c) = c`."""
    a, a_shift = _shifted(left)
    b, b_shift = _shifted(right)
    if a is None or b is None or (a_shift != 0 and b_shift != 0):
        return _cased(left, operator, right)
    if operator in (">", ">="):
        a, b, a_shift, b_shift, operator = b, a, b_shift, a_shift, _FLIPPED[operator]
    if a == b:
        return [Way()] if operator in ("=", "<=") and a_shift == b_shift == 0 else None
    if a_shift != 0:
        b_shift = -a_shift
    return [Way(relations=(Relation(a, operator, b, b_shift),))]


def _shifted(node: exp.Expr) -> tuple[str | None, Any]:
    node = bare(node)
    if isinstance(node, (exp.Add, exp.Sub)):
        name, shift = column(node.left), constant(node.right)
        if isinstance(shift, str):
            shift = _interval(shift)
        if name is None or not isinstance(shift, (Decimal, timedelta)):
            return None, 0
        return name, shift if isinstance(node, exp.Add) else -shift
    return column(node), 0


def _interval(text: str) -> timedelta | None:
    """`1 day 02:00:00`; None for others (months are not one length)."""
    found = re.fullmatch(r"(?:(-?\d+) days? ?)?(?:(\d\d):(\d\d):(\d\d))?", text)
    if found is None or not text:
        return None
    days, hours, minutes, seconds = (int(g or 0) for g in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _cased(left: exp.Expr, operator: str, right: exp.Expr) -> list[Way] | None:
    for one, other in ((bare(left), right), (bare(right), left)):
        if isinstance(one, (exp.Lower, exp.Upper)) and operator == "=":
            name = column(one.this)
            if name is not None and name == column(other):
                letters = "lower" if isinstance(one, exp.Lower) else "upper"
                return [Way({name: Limit(letters=letters)})]
    return None


def _matched(node: exp.Expr, wanted: bool) -> list[Way] | None:
    """`c ~ 'regex'`, `c LIKE 'a%'`, starts_with(c, 'a')."""
    kinds = (exp.RegexpLike, exp.RegexpILike, exp.Like, exp.ILike, exp.StartsWith)
    if not isinstance(node, kinds):
        return None
    name, text = column(node.this), constant(node.expression)
    if name is None or not isinstance(text, str):
        return None
    if isinstance(node, (exp.Like, exp.ILike)):
        text = "^" + _like(text) + "$"
    elif isinstance(node, exp.StartsWith):
        text = "^" + re.escape(text)
    ignore = isinstance(node, (exp.RegexpILike, exp.ILike))
    return [Way({name: Limit(patterns=(Pattern(text, ignore, not wanted),))})]


def _like(pattern: str) -> str:
    parts = re.findall(r"\\.|.", pattern, re.S)
    special = {"%": ".*", "_": "."}
    return "".join(special.get(p, re.escape(p.removeprefix("\\") or p)) for p in parts)
