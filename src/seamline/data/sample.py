"""A few of the rows that break rules of one table: one query for all rules that failed.

Rules that few rows break are looked for together, in one reading of the table: alone each would read
all of it. Those that many rows break are each found soon.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from seamline.data.compile import Params, predicate, table_sql, violations
from seamline.data.dialect import Dialect
from seamline.data.rule import Rule
from seamline.data.scan import Reader, Scanned
from seamline.errors import ConnectionLost, SeamlineError
from seamline.model.row import Row

SAMPLES = 5
_FEW = 100
"""Rows that break a rule; all of them come here, and most are left out."""
_TOGETHER = 50
"""Rules; each is one bit of a number."""

Counted = tuple[Rule, int]
"""A rule, and how many rows break it."""


async def samples(
    reader: Reader, failed: Sequence[Counted], scanned: Scanned, dialect: Dialect
) -> dict[int, tuple[Row, ...]]:
    """By rule (its `id`) a few rows that break it.

    What was found counts, also where it cannot be shown: where the query fails, each is tried alone.
    """
    shown = [(r, n) for r, n in failed if r.check == "nullShare" or not r.of_table]
    if not shown:
        return {}
    try:
        return await _taken(reader, shown, scanned, dialect)
    except ConnectionLost:
        raise
    except SeamlineError:
        taken: dict[int, tuple[Row, ...]] = {}
        for one in shown if len(shown) > 1 else ():
            with suppress(SeamlineError):
                taken |= await _taken(reader, [one], scanned, dialect)
        return taken


async def _taken(
    reader: Reader, failed: Sequence[Counted], scanned: Scanned, dialect: Dialect
) -> dict[int, tuple[Row, ...]]:
    params = Params(dialect=dialect)
    rare = [r for r, n in failed if n <= _FEW and predicate(r, Params(dialect=dialect))]
    rare = rare[:_TOGETHER] if len(rare) > 1 else []
    counts = [(r, n) for r, n in failed if all(r is not o for o in rare)]
    others = [r for r, _ in counts]
    # Of few rows no limit: it makes a planner believe that they are found soon.
    parts = [
        f'(SELECT {i} AS i, 0 AS bits, _s."row" FROM ({_broken(rule, params, scanned)}) _s'
        f"{f' LIMIT {SAMPLES}' if count > _FEW else ''})"
        for i, (rule, count) in enumerate(counts)
    ]
    parts += _together(rare, params, scanned) if rare else []
    taken: dict[int, list[Row]] = {}
    for row in await reader.query(" UNION ALL ".join(parts), params.values):
        alone = [others[row["i"]]] if row["i"] >= 0 else []
        for rule in alone or [r for bit, r in enumerate(rare) if row["bits"] >> bit & 1]:
            mine = taken.setdefault(id(rule), [])
            if len(mine) < SAMPLES:
                mine.append(row["row"])
    return {key: tuple(found) for key, found in taken.items()}


def _together(rules: Sequence[Rule], params: Params, scanned: Scanned) -> list[str]:
    """SELECTs of rows that break one of the rules, and in `bits` which: one a part that has to be read."""
    conditions = [f"({predicate(r, params)})" for r in rules]
    bits = " + ".join(f"CASE WHEN {c} THEN {1 << n} ELSE 0 END" for n, c in enumerate(conditions))
    wanted: dict[str, list[str]] = {}
    for rule, condition in zip(rules, conditions, strict=True):
        for place in _places(rule, scanned) or ["true"]:
            wanted.setdefault(place, []).append(condition)
    return [
        f'SELECT -1 AS i, {bits} AS bits, {params.dialect.row("_t")} AS "row"'
        f" FROM {table_sql(rules[0].table)} _t WHERE {place} AND ({' OR '.join(broken)})"
        for place, broken in sorted(wanted.items())
    ]


def _places(rule: Rule, scanned: Scanned) -> list[str]:
    """Conditions of the first parts that hold enough rows to show; none where there are no parts."""
    places, found = [], 0
    for place, count in scanned.places.get(id(rule), []):
        if found < SAMPLES:
            places.append(place)
            found += count
    return places


def _broken(rule: Rule, params: Params, scanned: Scanned) -> str:
    """A SELECT of rows that break the rule; of a table read in parts, of the first parts that hold some."""
    table = table_sql(rule.table)
    places = _places(rule, scanned)
    condition = predicate(rule, params) if places else None
    if condition is None:
        return violations(rule, params, table)
    return " UNION ALL ".join(
        violations(rule, params, table, f"{place} AND ({condition})") for place in places
    )
