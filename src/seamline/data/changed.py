"""Rules over the rows that a case changed: one statement a case, cost independent of the table's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from seamline.data.compile import (
    Params,
    RuleError,
    children_of,
    images,
    keyed,
    predicate,
    reads,
    table_sql,
    violations,
)
from seamline.data.evaluate import SAMPLES, Reader, Result
from seamline.data.rule import Rule
from seamline.model.catalog import Catalog
from seamline.model.row import Row, RowChange

_ENCODE = msgspec.json.Encoder(decimal_format="number")


class _Part(msgspec.Struct, frozen=True):
    """One SELECT of rows that break one rule; `base` is how many did before any case."""

    rule: Rule
    select: str
    base: int = 0


class _Statement(msgspec.Struct, frozen=True):
    text: str
    params: dict[str, Any]
    parts: tuple[_Part, ...]


class ChangedRows:
    """Evaluates the rules that a set of row changes can have broken.

    `baseline` tells how many rows break a rule that cannot be narrowed to changed rows before any
    case ran (by label), so that only more than that is new.
    """

    def __init__(self, rules: Sequence[Rule], catalog: Catalog) -> None:
        self._catalog = catalog
        self._rules = [r for r in rules if not r.proven and r.check != "nullShare"]
        self._reads = {id(r): reads(r) for r in self._rules}
        self._statements: dict[tuple[str, ...], _Statement | None] = {}
        self._baseline: dict[str, int] = {}
        self.looked_at: dict[str, int] = {}

    def looked_at_by(self, rule: Rule) -> int:
        """How many changed rows the rule was held against so far."""
        return self.looked_at.get(_key(rule), 0)

    def baseline(self, result: Result) -> None:
        """Remember what a whole-table evaluation found before the first case."""
        self._baseline[_key(result.rule)] = result.violations

    async def broken(self, reader: Reader, changes: Sequence[RowChange]) -> list[Result]:
        """What the changed rows break now. Deleted rows count for rules that others' rows can break."""
        tables = tuple(sorted({c.table for c in changes if c.table in self._catalog.by_name}))
        if tables not in self._statements:
            self._statements[tables] = self._compile(tables)
        statement = self._statements[tables]
        if statement is None:
            return []
        params = {**statement.params, **_images_of(changes)}
        for part in statement.parts:
            key = _key(part.rule)
            mine = sum(1 for c in changes if c.table in self._reads[id(part.rule)])
            self.looked_at[key] = self.looked_at.get(key, 0) + mine
        found = await reader.query(statement.text, params)
        results = []
        for row in found:
            part = statement.parts[row["i"]]
            if row["n"] > part.base:
                samples = await reader.query(f"{part.select} LIMIT {SAMPLES}", params)
                results.append(
                    Result(
                        rule=part.rule,
                        rows=len(changes),
                        violations=row["n"],
                        samples=tuple(s["row"] for s in samples),
                    )
                )
        return results

    def _compile(self, tables: tuple[str, ...]) -> _Statement | None:
        params = Params()
        parts = tuple(
            part for rule in self._rules for part in self._parts(rule, frozenset(tables), params)
        )
        if not parts:
            return None
        counts = " UNION ALL ".join(
            f"SELECT {i} AS i, (SELECT count(*) FROM ({p.select}) _v) AS n"
            for i, p in enumerate(parts)
        )
        text = f"SELECT i, n FROM ({counts}) _s WHERE n > 0 ORDER BY i"
        return _Statement(text, params.values, parts)

    def _parts(self, rule: Rule, tables: frozenset[str], params: Params) -> Iterator[_Part]:
        if not self._reads[id(rule)] & tables:
            return
        mine = rule.table.name in tables
        after = images(rule.table, f"%(after_{_slot(rule.table.name)})s")
        if rule.check == "sql":
            yield from self._sql_parts(rule, tables)
        elif rule.check == "unique":
            if mine:
                yield _Part(rule, violations(rule, params, after))
        elif rule.check == "references":
            if mine:
                yield _Part(rule, violations(rule, params, after))
            if rule.target is not None and rule.target.name in tables:
                gone = images(rule.target, f"%(before_{_slot(rule.target.name)})s")
                yield _Part(rule, violations(rule, params, children_of(rule, gone)))
        elif mine and predicate(rule, Params()) is not None:
            yield _Part(rule, violations(rule, params, after))

    def _sql_parts(self, rule: Rule, tables: frozenset[str]) -> Iterator[_Part]:
        named = [t for t in rule.keyed_by if t in tables and t in self._catalog.by_name]
        for name in named:
            try:
                select = keyed(rule, self._catalog.by_name[name], f"%(both_{_slot(name)})s")
            except RuleError:
                break
            yield _Part(rule, select)
        else:
            if rule.keyed_by:
                return
        # Not keyed: the whole query, where only more violations than before any case are new.
        yield _Part(rule, violations(rule, Params(), table_sql(rule.table)), self._base(rule))

    def _base(self, rule: Rule) -> int:
        return self._baseline.get(_key(rule), 0)


def _key(rule: Rule) -> str:
    return f"{rule.table.name}\n{rule.check}\n{rule.label}"


def _slot(table: str) -> str:
    """A table's name as part of a parameter's name: letters, digits and underscores."""
    return "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):x}_" for c in table)


def _images_of(changes: Sequence[RowChange]) -> dict[str, str]:
    before: dict[str, list[Row]] = {}
    after: dict[str, list[Row]] = {}
    for change in changes:
        if change.before is not None:
            before.setdefault(change.table, []).append(change.before)
        if change.after is not None:
            after.setdefault(change.table, []).append(change.after)
    params: dict[str, str] = {}
    for table in before.keys() | after.keys():
        old, new = before.get(table, []), after.get(table, [])
        slot = _slot(table)
        params[f"before_{slot}"] = _json(old)
        params[f"after_{slot}"] = _json(new)
        params[f"both_{slot}"] = _json(old + new)
    return params


def _json(rows: list[Row]) -> str:
    return _ENCODE.encode(rows).decode()
