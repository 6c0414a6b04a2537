"""CHECK constraints, read: ways in which a row may satisfy them.

An expression becomes alternatives (`Way`s): AND multiplies them, OR adds them, and what is left are
atoms about one column (a `Limit`), about two (a `Relation`), or such that are not understood (`opaque`:
their columns are searched by trying).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, islice
from typing import TYPE_CHECKING

from seamline.rows.limit import Limit
from seamline.rows.way import MOST_WAYS, Opaque, Way, every

if TYPE_CHECKING:
    from sqlglot import exp


def ways(expressions: Iterable[str]) -> list[Way]:
    """The ways in which all `expressions` hold, at most `MOST_WAYS`; [] where they contradict one another."""
    found = [Way()]
    for expression in expressions:
        found = every(found, read(expression))
        if not found:
            return []
    return found


@lru_cache(maxsize=2000)
def read(expression: str) -> tuple[Way, ...]:
    """The ways in which one SQL expression holds (or, for a CHECK, is unknown)."""
    import sqlglot  # here, since its import costs more than most runs need
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(expression, dialect="postgres")
    except (SqlglotError, RecursionError):
        return (Way(opaque=(Opaque(expression),)),)
    return tuple(_ways(tree, True))


def columns_of(expression: str) -> frozenset[str]:
    """The columns that an expression names; empty where it cannot be read."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(expression, dialect="postgres")
    except (SqlglotError, RecursionError):
        return frozenset()
    return frozenset(c.name for c in tree.find_all(exp.Column))


def _ways(node: exp.Expr, wanted: bool) -> list[Way]:
    """The ways in which `node` is as `wanted`."""
    from sqlglot import exp

    from seamline.rows.atom import atom, bare

    node = bare(node)
    if isinstance(node, exp.Not):
        return _ways(node.this, not wanted)
    if isinstance(node, (exp.And, exp.Or)):
        sides = [_ways(part, wanted) for part in _flat(node, type(node))]
        if isinstance(node, exp.And) == wanted:
            found = [Way()]
            for side in sides:
                found = every(found, side)
            return found
        return list(islice(_turns(sides), MOST_WAYS))
    if isinstance(node, exp.Case) and node.this is None:
        return _case(node, wanted)
    if isinstance(node, (exp.EQ, exp.NEQ)) and _is_claim(node.left) and _is_claim(node.right):
        return _equal(node, isinstance(node, exp.EQ) == wanted)
    counted = _counted(node)
    if counted is not None:
        return _exactly(*counted, wanted)
    found_atom = atom(node, wanted)
    return [_opaque(node, wanted)] if found_atom is None else found_atom


def _opaque(node: exp.Expr, wanted: bool) -> Way:
    from sqlglot import exp

    from seamline.rows.atom import constant

    constants = (constant(c) for c in node.find_all(exp.Literal))
    columns = sorted({c.name for c in node.find_all(exp.Column)})
    sql = node.sql(dialect="postgres")
    return Way(
        opaque=(Opaque(sql if wanted else f"NOT ({sql})", tuple(columns), tuple(constants)),)
    )


def _turns(sides: Sequence[Sequence[Way]]) -> Iterator[Way]:
    """One of each side, then the second of each, …"""
    for k in range(max(map(len, sides), default=0)):
        yield from (side[k] for side in sides if k < len(side))


def _flat(node: exp.Expr, kind: type) -> Iterator[exp.Expr]:
    from seamline.rows.atom import bare

    stack = [node]
    while stack:
        top = bare(stack.pop())
        if isinstance(top, kind):
            stack += [top.args["expression"], top.this]
        else:
            yield top


def _case(node: exp.Case, wanted: bool) -> list[Way]:
    """CASE WHEN a THEN x … ELSE y END: a AND x, or NOT a AND (the rest)."""
    from sqlglot import exp

    found: list[Way] = []
    before = [Way()]
    for branch in node.args["ifs"]:
        here = every(before, _ways(branch.this, True))
        found += every(here, _ways(branch.args["true"], wanted))
        before = every(before, _ways(branch.this, False))
    default = node.args.get("default")
    if default is None or isinstance(default, exp.Null):
        found += before  # CHECK takes null for true
    else:
        found += every(before, _ways(default, wanted))
    return found[:MOST_WAYS]


def _is_claim(node: exp.Expr) -> bool:
    from sqlglot import exp

    from seamline.rows.atom import bare

    claims = (exp.Is, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not)
    return isinstance(bare(node), claims)


def _equal(node: exp.Expr, alike: bool) -> list[Way]:
    """(a) = (b) for two claims: both hold or neither; with `alike` false exactly one."""
    left, right = node.this, node.args["expression"]
    both = every(_ways(left, True), _ways(right, alike))
    return [*both, *every(_ways(left, False), _ways(right, not alike))][:MOST_WAYS]


def _counted(node: exp.Expr) -> tuple[list[exp.Expr], bool, str, int] | None:
    """Claims, of which a number must hold: num_nonnulls(a, b) = 1, (a IS NULL)::int + … = 1."""
    from sqlglot import exp

    from seamline.rows.atom import OPERATORS, bare, column, constant

    if type(node) not in OPERATORS:
        return None
    left, number = bare(node.this), constant(node.args["expression"])
    try:
        wanted = int(str(number))
    except ValueError:
        return None
    if isinstance(left, exp.Anonymous) and left.name.lower() in ("num_nonnulls", "num_nulls"):
        parts = list(left.expressions)
        if all(column(p) is not None for p in parts):
            return parts, left.name.lower() == "num_nonnulls", OPERATORS[type(node)], wanted
    if isinstance(left, exp.Add):
        parts = list(_flat(left, exp.Add))
        if all(_is_claim(p) for p in parts):
            return parts, True, OPERATORS[type(node)], wanted
    return None


def _exactly(
    parts: list[exp.Expr], positive: bool, operator: str, number: int, wanted: bool
) -> list[Way]:
    from sqlglot import exp

    from seamline.rows.atom import column

    tests = {
        "=": lambda n: n == number, "<>": lambda n: n != number, "<": lambda n: n < number,
        "<=": lambda n: n <= number, ">": lambda n: n > number, ">=": lambda n: n >= number,
    }  # fmt: skip
    found: list[Way] = []
    for size in range(len(parts) + 1):
        if tests[operator](size) != wanted:
            continue
        for chosen in combinations(range(len(parts)), size):
            way: list[Way] = [Way()]
            for i, part in enumerate(parts):
                holds = (i in chosen) == positive
                name = column(part) if isinstance(part, exp.Column) else None
                claim = [Way({name: Limit(null=not holds)})] if name else _ways(part, i in chosen)
                way = every(way, claim)
            found += way
            if len(found) >= MOST_WAYS:
                return found[:MOST_WAYS]
    return found
