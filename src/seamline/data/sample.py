"""A few of the rows that break rules of one table: one query for all rules that failed."""

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


async def samples(
    reader: Reader, rules: Sequence[Rule], scanned: Scanned, dialect: Dialect
) -> dict[int, tuple[Row, ...]]:
    """By rule (its `id`) a few rows that break it.

    What was found counts, also where it cannot be shown: where the query fails, each is tried alone.
    """
    shown = [r for r in rules if r.check == "nullShare" or not r.of_table]
    if not shown:
        return {}
    try:
        return await _taken(reader, shown, scanned, dialect)
    except ConnectionLost:
        raise
    except SeamlineError:
        taken: dict[int, tuple[Row, ...]] = {}
        for rule in shown if len(shown) > 1 else ():
            with suppress(SeamlineError):
                taken |= await _taken(reader, [rule], scanned, dialect)
        return taken


async def _taken(
    reader: Reader, rules: Sequence[Rule], scanned: Scanned, dialect: Dialect
) -> dict[int, tuple[Row, ...]]:
    params = Params(dialect=dialect)
    parts = [
        f'(SELECT {i} AS i, _s."row" FROM ({_broken(rule, params, scanned)}) _s LIMIT {SAMPLES})'
        for i, rule in enumerate(rules)
    ]
    rows = await reader.query(" UNION ALL ".join(parts), params.values)
    taken: dict[int, list[Row]] = {}
    for row in rows:
        taken.setdefault(id(rules[row["i"]]), []).append(row["row"])
    return {key: tuple(found) for key, found in taken.items()}


def _broken(rule: Rule, params: Params, scanned: Scanned) -> str:
    """A SELECT of rows that break the rule; of a table read in parts, of the first parts that hold some."""
    table = table_sql(rule.table)
    places = scanned.places.get(id(rule), [])[:SAMPLES]
    condition = predicate(rule, params) if places else None
    if condition is None:
        return violations(rule, params, table)
    return " UNION ALL ".join(
        violations(rule, params, table, f"{place} AND ({condition})") for place in places
    )
