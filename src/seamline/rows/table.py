"""Rows of one table, block by block, from the rows of those that it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from typing import Any

from seamline.model.catalog import Catalog, ForeignKey, Table
from seamline.model.row import Row
from seamline.rows.check import read
from seamline.rows.key import Watch, parts
from seamline.rows.limit import Limit
from seamline.rows.plan import Step
from seamline.rows.recipe import Recipe, Setting, mixed
from seamline.rows.reference import Key, Reference, settle
from seamline.rows.relate import holds, implied, mend, narrowed
from seamline.rows.way import Opaque, Way, every

_MOST_ASKED = 8
"""Of so many ways the claims that were not understood are asked about; the others are tried as they are."""


class TableRows:
    """Makes rows of one table, `count` of them wanted. `problem` says why there can be none."""

    def __init__(
        self,
        catalog: Catalog,
        step: Step,
        count: int,
        made: Mapping[str, Sequence[Row]],
        setting: Setting,
    ) -> None:
        self.step, self.table, self.count = step, step.table, count
        self.accepted: list[Row] = []
        self.problem = ""
        self._watch = Watch(self.table)
        self._selves = [k for k in self.table.foreign_keys if k.table == self.table.name]
        references, nulls = self._references(made)
        own = {c for k in self._selves for c in k.columns if c not in k.to}
        own -= {c for r in references for c in r.columns}
        self._late = own | {
            c for k in self.table.foreign_keys if k.name in step.deferred for c in k.columns
        }
        found = self._ways(catalog, nulls)
        self._setting, self._referred = setting, references
        self._recipes = [Recipe(self.table, narrowed(w), references, setting, count) for w in found]
        self._implied = implied(self.table.columns)
        self.columns = self._written()
        if not self.problem:
            self.problem = self._impossible()

    def _references(self, made: Mapping[str, Sequence[Row]]) -> tuple[list[Reference], set[str]]:
        """The foreign keys that rows can be chosen for, and the columns that have to be null."""
        found, nulls = [], set()
        for key in self.table.foreign_keys:
            if key.table == self.table.name or key.name in self.step.deferred:
                continue
            nullable = [c for c in key.columns if self.table.by_column[c].nullable]
            reference = Reference(key, made.get(key.table, ()))
            if key.name not in self.step.nulled and reference.choices:
                found.append(reference)
            elif nullable and not (key.match_full and len(nullable) < len(key.columns)):
                nulls |= set(nullable if key.match_full else nullable[:1])
            elif not self.problem:
                self.problem = f"it refers to {key.table}, which has no rows"
        return [r for r in settle(found) if not nulls & set(r.columns)], nulls

    def _ways(self, catalog: Catalog, nulls: set[str]) -> list[Way]:
        facts = {c: Limit(null=True) for c in nulls}
        for column in self.table.columns:
            if not column.nullable and not column.generated and column.name not in self._late:
                facts[column.name] = Limit(null=False)
        found = [Way(facts)]
        for constraint in self.table.checks:
            narrower = every(found, read(constraint.expression))
            if not narrower:  # a contradiction, or one of ours: the database decides
                columns = sorted({c for w in read(constraint.expression) for c in w.limits})
                claim = Way(opaque=(Opaque(constraint.expression, tuple(columns)),))
                narrower = [w.both(claim) or w for w in found]
            found = narrower
        if self.table.partitioned:
            bounds = list(_bounds(catalog, self.table))
            if not bounds:
                self.problem = self.problem or "it is partitioned and has no partition"
            elif Way() not in bounds:
                found = every(found, bounds) or found
        return found

    def _written(self) -> tuple[str, ...]:
        """The columns that get a value: not generated ones, nor those whose default is all there is."""
        names = []
        for column in self.table.columns:
            if column.generated:
                continue
            known = any(r.sources.get(column.name, True) is not None for r in self._recipes)
            if known or column.default is None or self._recipes[0].limit(column.name).null is True:
                names.append(column.name)
        return tuple(names)

    def _impossible(self) -> str:
        if all(any(not picks for picks in r.picks) for r in self._recipes):
            key = next(
                r.key
                for recipe in self._recipes
                for r, picks in zip(recipe.references, recipe.picks, strict=True)
                if not picks
            )
            return f"no row of {key.table} is one that {key.name} may refer to"
        return ""

    def questions(self) -> Iterator[tuple[int, Opaque, list[Row]]]:
        """Claims that were not understood, with candidates for their columns; by the way they belong to."""
        for place, recipe in enumerate(self._recipes[:_MOST_ASKED]):
            for claim in recipe.way.opaque:
                rows = recipe.candidates(claim)
                if rows:
                    yield place, claim, rows

    def answered(self, found: Mapping[int, Sequence[tuple[Opaque, Sequence[Row]]]]) -> None:
        """The candidates that satisfy each claim: its columns take those values together."""
        for place, answers in found.items():
            more = []
            for claim, rows in answers:
                key = ForeignKey(name=claim.sql, columns=claim.columns, table="", to=claim.columns)
                reference = Reference(key, rows)
                more += [reference] if reference.choices else []
            every_reference = settle([*(copy(r) for r in self._referred), *more])
            if all(r.choices for r in every_reference):
                way = self._recipes[place].way
                self._recipes[place] = Recipe(
                    self.table, way, every_reference, self._setting, self.count
                )

    def block(self, first: int, number: int, *, search: bool = False) -> list[Row]:
        """The rows with the numbers from `first` on that clash with none before them."""
        by_number: dict[int, Row] = {}
        ways = len(self._recipes)
        for place, recipe in enumerate(self._recipes):
            numbers = [i for i in range(first, first + number) if i % ways == place]
            if numbers:
                by_number.update(self._rows(recipe, numbers, search))
        found: list[Row] = []
        before = list(self.accepted) if self._selves else []
        for i in sorted(by_number) if ways > 1 else by_number:
            row, recipe = by_number[i], self._recipes[i % ways]
            if self._selves:
                self._refer_to_self(row, before, recipe)
            if self._selves and not all(_in_order(row, r) for r in recipe.way.relations):
                continue
            if self._watch.accept(row):
                found.append(row)
                before.append(row)
        return found

    def _rows(self, recipe: Recipe, numbers: list[int], search: bool) -> dict[int, Row]:
        values: dict[str, list[Any]] = {}
        lost: set[int] = set()
        for place, reference in enumerate(recipe.references):
            self._choose(recipe, place, reference, numbers, values, lost)
        fixed = set(values)
        for column in self.table.columns:
            if column.name in values or column.generated or column.name not in self.columns:
                continue
            if column.name in self._late:
                values[column.name] = [None] * len(numbers)
            else:
                values[column.name] = recipe.column(
                    column, numbers, len(self._recipes), search=search
                )
            if column.identity:
                fixed.add(column.name)
        limits = recipe.way.limits
        implied_too = [r for r in self._implied if r not in recipe.way.relations]
        mend(values, implied_too, limits, fixed | recipe.keyed)
        lost |= mend(values, recipe.way.relations, limits, fixed)
        names = self.columns
        table = zip(*(values[n] for n in names), strict=True) if names else [()] * len(numbers)
        rows = (dict(zip(names, row, strict=True)) for row in table)
        return {
            i: row for p, (i, row) in enumerate(zip(numbers, rows, strict=True)) if p not in lost
        }

    def _choose(
        self,
        recipe: Recipe,
        place: int,
        reference: Reference,
        numbers: list[int],
        values: dict[str, list[Any]],
        lost: set[int],
    ) -> None:
        """Fill the columns of a foreign key; `lost` gets the places of rows for which there is no choice."""
        picks = recipe.picks[place]
        fixed = tuple(i for i, c in enumerate(reference.columns) if c in values)
        digit = recipe.numbering.get(place)
        chosen: list[Key | None] = []
        allowed = set(picks) if len(picks) < len(reference.choices) else None
        for p, i in enumerate(numbers):
            options: Sequence[Key] = picks
            if fixed:
                options = reference.matching(
                    fixed, tuple(values[reference.columns[f]][p] for f in fixed)
                )
                if allowed is not None:
                    options = [o for o in options if o in allowed]
            number = digit(i) if digit is not None else self._pick(i, place)
            chosen.append(options[number % len(options)] if options else None)
            if not options and not self._can_skip(reference.key, fixed):
                lost.add(p)
        for at, name in enumerate(reference.columns):
            if at not in fixed:
                values[name] = [None if c is None else c[at] for c in chosen]

    def _pick(self, number: int, place: int) -> int:
        """Which row a reference takes: one after the other, and by chance where that did not do."""
        if number < self.count:
            return number + place + self._setting.seed
        return mixed(number, place)

    def _can_skip(self, key: ForeignKey, fixed: tuple[int, ...]) -> bool:
        free = [c for i, c in enumerate(key.columns) if i not in fixed]
        return any(self.table.by_column[c].nullable for c in free) and not key.match_full

    def _refer_to_self(self, row: Row, before: Sequence[Row], recipe: Recipe) -> None:
        """Let a row refer to an earlier one: a chain where a key asks for it, else a tree."""
        keyed = recipe.keyed
        for key in self._selves:
            free = [(c, t) for c, t in zip(key.columns, key.to, strict=True) if c in self._late]
            bound = [
                (c, t) for c, t in zip(key.columns, key.to, strict=True) if c not in self._late
            ]
            place = len(before) - 1 if any(c in keyed for c, _ in free) else (len(before) - 1) // 2
            fitting = _earlier(before, place, row, bound)
            barred = any(recipe.limit(c).null is True for c, _ in free)
            can_be_null = any(
                self.table.by_column[c].nullable and recipe.limit(c).null is not False
                for c, _ in free
            )
            target = row if fitting is None and not can_be_null else fitting
            for column, to in free:
                row[column] = None if barred or target is None else target.get(to)

    def fill_late(self, rows: Sequence[Row], made: Mapping[str, Sequence[Row]]) -> str:
        """Fill in the references of `rows` that waited for other tables; a problem, or ''."""
        for key in self.table.foreign_keys:
            if key.name not in self.step.deferred:
                continue
            choices = Reference(key, made.get(key.table, ())).choices
            if not choices:
                return f"it refers to {key.table}, which has no rows"
            for i, row in enumerate(rows):
                row.update(zip(key.columns, choices[i % len(choices)], strict=True))
        return ""

    def forget(self, row: Row) -> None:
        """The database refused the row: its keys are free."""
        self._watch.forget(row)

    @property
    def keys(self) -> str:
        """The names of the unique keys, for messages."""
        return ", ".join(k.name for k in self.table.unique if parts(k)) or "none"


def _earlier(
    before: Sequence[Row], place: int, row: Row, bound: Sequence[tuple[str, str]]
) -> Row | None:
    """The row at `place` or a little before it that agrees with `row` in the columns `bound`."""
    for at in range(place, max(-1, place - 30), -1):
        if all(row[column] == before[at].get(to) for column, to in bound):
            return before[at]
    return None


def _in_order(row: Row, relation: Any) -> bool:
    a, b = row.get(relation.left), row.get(relation.right)
    return a is None or b is None or holds(a, relation, b)


def _bounds(catalog: Catalog, table: Table) -> list[Way]:
    """What the partitions of a table take, one after the other."""
    found: list[Way] = []
    for child in catalog.tables:
        if child.partition_of != table.name:
            continue
        if child.partitioned:
            found += _bounds(catalog, child)
        else:
            found += (
                [Way(w.limits, w.relations) for w in read(child.bound)] if child.bound else [Way()]
            )
    return found
