"""Rules over whole tables: one scan a table for all that it can judge, a query for each other rule.

What other rules imply is left out of the scan while those hold, samples of all that failed in a table
are one query more, and rows never come here but as samples.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from itertools import groupby

import msgspec

from seamline.data.aggregate import Verdict, alone, terms
from seamline.data.compile import Params, count_of, orphans, repeated, repeated_groups
from seamline.data.dialect import Dialect
from seamline.data.dialect.postgresql import DIALECT
from seamline.data.imply import implied
from seamline.data.rule import Rule
from seamline.data.sample import SAMPLES, samples
from seamline.data.scan import Reader, Scan, Scanned, Wide
from seamline.errors import ConnectionLost, SeamlineError
from seamline.model.row import Row


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule found: rows looked at, rows that break it, a few of them, or why it cannot run.

    `found` says in words what all rows amount to, where the rule is about that.
    """

    rule: Rule
    rows: int = 0
    violations: int = 0
    samples: tuple[Row, ...] = ()
    error: str = ""
    found: str = ""

    @property
    def broken(self) -> bool:
        """Whether more rows break the rule than it tolerates."""
        return self.violations > 0 and not self.rule.tolerates(self.violations, self.rows)


async def whole(
    reader: Reader, rules: Sequence[Rule], *, dialect: Dialect = DIALECT, wide: Wide | None = None
) -> AsyncIterator[Result]:
    """Evaluate rules over all rows, table by table; proven ones cost nothing.

    With `wide` large tables are read in parts, over several connections that see one state.
    Raises `ConnectionLost` when there is no database any more to ask.
    """
    for _, group in groupby(rules, key=lambda r: r.table.name):
        mine = list(group)
        asked = [r for r in mine if not r.proven]
        found = await _Table(reader, asked, dialect, wide).results() if asked else {}
        for rule in mine:
            yield found[id(rule)] if id(rule) in found else Result(rule=rule)


class _Table:
    """The rules of one table that have to be looked up."""

    def __init__(
        self, reader: Reader, rules: list[Rule], dialect: Dialect, wide: Wide | None
    ) -> None:
        self._reader = reader
        self._rules = rules
        self._dialect = dialect
        self._scan = Scan(reader, rules[0].table, dialect, wide)

    async def results(self) -> dict[int, Result]:
        """Results by the rules' ids."""
        scanned = await self._scanned()
        if scanned.error:
            return {id(r): Result(rule=r, error=scanned.error) for r in self._rules}
        results = {}
        for rule in self._rules:
            results[id(rule)] = await self._result(rule, scanned)
        failed = [r for r in results.values() if r.broken and not r.samples]
        counts = [(r.rule, r.violations) for r in failed]
        taken = await samples(self._reader, counts, scanned, self._dialect)
        for result in failed:
            rows = taken.get(id(result.rule), ())
            results[id(result.rule)] = msgspec.structs.replace(result, samples=rows)
        return results

    async def _scanned(self) -> Scanned:
        """The scan of all that it can judge; what was left out as implied, again where that does not hold."""
        fit = [r for r in self._rules if terms(r, Params(dialect=self._dialect))]
        left_out = implied(fit)
        scanned = await self._scan.read([r for r in fit if id(r) not in left_out])
        again = []
        for rule in fit:
            if id(rule) in left_out:
                verdict = scanned.verdicts.get(id(left_out[id(rule)]))
                if verdict is None or verdict.violations:
                    again.append(rule)
                else:
                    scanned.verdicts[id(rule)] = Verdict(violations=0, rows=verdict.rows)
        if again and not scanned.error:
            scanned.add(await self._scan.read(again))
        return scanned

    async def _result(self, rule: Rule, scanned: Scanned) -> Result:
        if id(rule) in scanned.errors:
            return Result(rule=rule, error=scanned.errors[id(rule)])
        verdict = scanned.verdicts.get(id(rule))
        if verdict is None:
            try:
                verdict = await self._alone(rule, scanned.rows)
            except ConnectionLost:
                raise
            except SeamlineError as exc:
                return Result(rule=rule, error=str(exc))
        return Result(
            rule=rule,
            rows=scanned.rows if verdict.rows is None else verdict.rows,
            violations=verdict.violations,
            samples=verdict.samples,
            found=verdict.found,
        )

    async def _alone(self, rule: Rule, total: int) -> Verdict:
        """The verdict on a rule that needs a query of its own."""
        params = Params(dialect=self._dialect)
        if rule.of_table:
            (row,) = await self._reader.query(alone(rule, params), params.values)
            found = row["found"] or ("the sums are equal" if rule.check == "equalSums" else "")
            return Verdict(violations=row["v"], rows=total, found=found or "there are no values")
        if rule.check == "unique" and len(rule.columns) == 1:
            # Counting distinct marks is cheaper than grouping by values, which only repeated ones need.
            text = repeated(rule, params)
            (row,) = await self._reader.query(text, params.values)
            if not row["v"]:
                return Verdict(violations=0)
            params = Params(dialect=self._dialect)
        if rule.check == "unique":
            return await self._counted(repeated_groups(rule, params, SAMPLES), params)
        if rule.check == "references" and self._scan.has_places:
            return await self._counted(orphans(rule, params, SAMPLES), params)
        (row,) = await self._reader.query(count_of(rule, params), params.values)
        return Verdict(violations=row["v"])

    async def _counted(self, text: str, params: Params) -> Verdict:
        """The verdict of a statement that gives a few rows, each with the number of all."""
        rows = await self._reader.query(text, params.values)
        many = int(rows[0]["v"]) if rows else 0
        return Verdict(violations=many, samples=tuple(r["row"] for r in rows))
