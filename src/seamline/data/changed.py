"""Rules over the rows that a case changed: one statement a case, cost independent of the table's size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec

from seamline.data.compile import (
    Params,
    children_of,
    table_sql,
    unequal_sums,
    values,
    violations,
    written,
)
from seamline.data.evaluate import Result
from seamline.data.narrow import key_column, narrowed, reads
from seamline.data.rule import Rule
from seamline.data.sample import SAMPLES
from seamline.data.scan import Reader
from seamline.errors import SeamlineError
from seamline.model.catalog import Catalog
from seamline.model.row import Row, RowChange

_ENCODE = msgspec.json.Encoder(decimal_format="number")


class _Part(msgspec.Struct, frozen=True):
    """One SELECT of rows that break one rule; `before` is what broke it before any case."""

    rule: Rule
    select: str
    before: Result | None = None


class _Statement(msgspec.Struct, frozen=True):
    text: str
    params: dict[str, Any]
    parts: tuple[_Part, ...]


class ChangedRows:
    """Evaluates the rules that a set of row changes can have broken.

    A rule whose SQL fails is told in `errors` and left out from then on: one wrong rule must not keep
    the others from judging.
    """

    def __init__(self, rules: Sequence[Rule], catalog: Catalog) -> None:
        self._catalog = catalog
        # What all rows amount to, and how many may break a rule, changed rows cannot say.
        self._rules = [r for r in rules if not (r.proven or r.of_table or r.tolerant)]
        self._reads = {id(r): reads(r, catalog) for r in self._rules}
        self._needed = _needed(self._rules)
        self._statements: dict[frozenset[str], _Statement | None] = {}
        self._baseline: dict[int, Result] = {}
        self._looked_at: Counter[int] = Counter()
        self._errors: dict[int, str] = {}

    def reading(self, tables: Collection[str]) -> list[Rule]:
        """The rules that ask for rows of any of the tables."""
        return [r for r in self._rules if not self._reads[id(r)].isdisjoint(tables)]

    def is_new(self, result: Result) -> bool:
        """Whether more rows break the rule than before the first case."""
        before = self._baseline.get(id(result.rule))
        return result.broken and (before is None or result.violations > before.violations)

    def looked_at_by(self, rule: Rule) -> int:
        """How many changed rows the rule was held against so far."""
        return self._looked_at[id(rule)]

    def error_of(self, rule: Rule) -> str:
        """Why the rule could not be held against changed rows; empty where it could."""
        return self._errors.get(id(rule), "")

    def baseline(self, result: Result) -> None:
        """Remember what a whole-table evaluation found before the first case.

        Of a rule that cannot be narrowed to changed rows only more than that is new.
        """
        self._baseline[id(result.rule)] = result

    async def broken(
        self, reader: Reader, changes: Sequence[RowChange], *, same_structure: bool = True
    ) -> list[Result]:
        """What the changed rows break now. Deleted rows count for rules that others' rows can break.

        Where the structure has changed since the catalog was read, a rule that fails is no wrong rule.
        """
        tables = frozenset(c.table for c in changes if c.table in self._catalog.by_name)
        if tables not in self._statements:
            self._statements[tables] = self._compile(tables)
        statement = self._statements[tables]
        if statement is None:
            return []
        params = {**statement.params, **self._images(changes)}
        try:
            found = await reader.query(statement.text, params)
            failed: dict[int, str] = {}
        except SeamlineError:
            found, failed = await _one_by_one(reader, statement, params)
        per_table = Counter(c.table for c in changes)
        for part in statement.parts:
            if id(part.rule) not in failed:
                mine = sum(per_table[t] for t in self._reads[id(part.rule)])
                self._looked_at[id(part.rule)] += mine
        if failed and same_structure:
            self._errors |= failed
            self._statements.clear()
        return [
            await _result(reader, statement.parts[row["i"]], row["n"], params)
            for row in found
            if row["n"] > _count(statement.parts[row["i"]].before)
        ]

    def _compile(self, tables: frozenset[str]) -> _Statement | None:
        params = Params()
        rules = [r for r in self._rules if self._reads[id(r)] & tables]
        parts = tuple(
            part
            for rule in rules
            if id(rule) not in self._errors
            and (part := self._part(rule, tables, params)) is not None
        )
        if not parts:
            return None
        counts = " UNION ALL ".join(
            f"SELECT {i} AS i, (SELECT count(*) FROM ({p.select}) _v) AS n"
            for i, p in enumerate(parts)
        )
        text = f"SELECT i, n FROM ({counts}) _s WHERE n > 0 ORDER BY i"
        return _Statement(text, params.values, parts)

    def _part(self, rule: Rule, tables: frozenset[str], params: Params) -> _Part | None:
        selects = self._narrowed(rule, tables, params)
        if selects is not None:
            return _Part(rule, " UNION ".join(selects))
        before = self._baseline.get(id(rule))
        if before is not None and before.error:  # how many rows broke it before is not known
            return None
        return _Part(rule, violations(rule, params, table_sql(rule.table)), before)

    def _narrowed(self, rule: Rule, tables: frozenset[str], params: Params) -> list[str] | None:
        """SELECTs of what changed rows break, or None where the whole table has to be asked."""
        if rule.check == "sql":
            selects = [
                narrowed(rule, self._catalog.by_name[t], f"%(both_{_slot(t)})s")
                if t in rule.keyed_by
                else None
                for t in sorted(self._reads[id(rule)] & tables)
            ]
            return [s for s in selects if s is not None] if None not in selects else None
        if rule.check == "equalSums" and rule.target is not None:
            if rule.table.partition_of is not None or rule.target.partition_of is not None:
                return None
            return [unequal_sums(rule, params, concerned=_concerned(rule, tables))]
        if rule.table.partition_of is not None:  # rows are reported as the whole table's
            return None
        selects = []
        if rule.table.name in tables:
            after = written(rule.table, f"%(after_{_slot(rule.table.name)})s")
            selects.append(violations(rule, params, after))
        if rule.target is not None and rule.target.name in tables:
            gone = values(rule.target, rule.to, f"%(before_{_slot(rule.target.name)})s")
            selects.append(violations(rule, params, children_of(rule, gone)))
        return [s for s in selects if s is not None]

    def _images(self, changes: Sequence[RowChange]) -> dict[str, str]:
        """Per table what its changed rows are looked up by, before and after the case."""
        params: dict[str, str] = {}
        for name in {c.table for c in changes} & self._catalog.by_name.keys():
            table = self._catalog.by_name[name]
            old = [c.before for c in changes if c.table == name and c.before is not None]
            new = [c.after for c in changes if c.table == name and c.after is not None]
            needed = self._needed.get(name, frozenset())
            slot = _slot(name)
            params[f"after_{slot}"] = (
                _json(_only(new, table.primary_key)) if table.primary_key else _left(old, new)
            )
            params[f"before_{slot}"] = _json(_only(old, needed))
            params[f"both_{slot}"] = _json(_only(old + new, needed))
        return params


async def _one_by_one(
    reader: Reader, statement: _Statement, params: dict[str, Any]
) -> tuple[list[Row], dict[int, str]]:
    """Counts of the parts that can be evaluated, and by rule what the others say."""
    found: list[Row] = []
    failed: dict[int, str] = {}
    for i, part in enumerate(statement.parts):
        text = f"SELECT {i} AS i, count(*) AS n FROM ({part.select}) _v"
        try:
            found += await reader.query(text, params)
        except SeamlineError as exc:
            failed[id(part.rule)] = str(exc)
    if len(failed) == len(statement.parts):
        await reader.query("SELECT 1")  # raises when it is the database and no rule that fails
    return found, failed


async def _result(reader: Reader, part: _Part, count: int, params: dict[str, Any]) -> Result:
    known = part.before.samples if part.before is not None else ()
    text = f"SELECT row FROM ({part.select}) _v LIMIT {SAMPLES + len(known)}"
    rows = [r["row"] for r in await reader.query(text, params)]
    new = [r for r in rows if r not in known]
    return Result(
        rule=part.rule, violations=count - _count(part.before), samples=tuple(new[:SAMPLES])
    )


def _concerned(rule: Rule, tables: frozenset[str]) -> str:
    """A SELECT of the values of groups that changed rows of either table belong to, before or after."""
    assert rule.target is not None
    sides = [(rule.table, rule.columns), (rule.target, rule.to)]
    return " UNION ALL ".join(
        f"SELECT * FROM {values(table, columns, f'%(both_{_slot(table.name)})s')} _k"
        for table, columns in dict.fromkeys(sides)
        if table.name in tables
    )


def _count(before: Result | None) -> int:
    return before.violations if before is not None else 0


def _needed(rules: Iterable[Rule]) -> dict[str, frozenset[str]]:
    """Per table the columns by which other rows are found from its changed rows."""
    needed: dict[str, frozenset[str]] = {}
    for rule in rules:
        if rule.target is not None:
            name = rule.target.name
            needed[name] = needed.get(name, frozenset()).union(rule.to)
        if rule.check == "equalSums":
            name = rule.table.name
            needed[name] = needed.get(name, frozenset()).union(rule.columns)
        for name, expression in rule.keyed_by.items():
            needed[name] = needed.get(name, frozenset()) | {key_column(expression)}
    return needed


def _slot(table: str) -> str:
    """A table's name as part of a parameter's name: letters, digits and underscores."""
    return "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):x}_" for c in table)


def _only(rows: Iterable[Row], columns: Iterable[str]) -> list[Row]:
    return [{c: row[c] for c in columns if c in row} for row in rows]


def _left(old: Iterable[Row], new: Iterable[Row]) -> str:
    """Images that are still there: what one step wrote another may have changed or deleted again."""
    left = Counter(map(_json_of, new))
    left.subtract(map(_json_of, old))
    return f"[{','.join(left.elements())}]"


def _json(rows: list[Row]) -> str:
    return _ENCODE.encode(rows).decode()


def _json_of(row: Row) -> str:
    """One image as `jsonb` takes it: it knows no NUL and no half of a surrogate pair, which `json` does."""
    try:
        text = _ENCODE.encode(row).decode()
    except UnicodeEncodeError:
        text = "\\u0000"
    return _ENCODE.encode(_storable(row)).decode() if "\\u0000" in text else text


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {_storable(k): _storable(v) for k, v in value.items()}
    return [_storable(v) for v in value] if isinstance(value, list) else value
