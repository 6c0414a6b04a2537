"""Whether a revision depends on what the rows hold: tried on rows at the edge of what their columns take.

That it fails on some is no fault: who adds UNIQUE counts on values that do not repeat. So it is told, and
judged by nobody.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from seamline.errors import TargetError
from seamline.migrations.difference import changed
from seamline.migrations.history import Problem, Revision
from seamline.migrations.judge import subject
from seamline.migrations.leg import Leg
from seamline.model.row import Row
from seamline.model.structure import Structure

ROWS = 200
"""More than there are edges of any type, so that values repeat where they may."""
TIME_S = 60.0
_TOO_LONG = "22001"
_OUT_OF_RANGE = "22003"
_WIDTH = 40


class HostileRows:
    """A third database that goes up, on which each revision meets hostile rows in the tables it touches."""

    def __init__(self, leg: Leg, time_s: float = TIME_S) -> None:
        self._leg = leg
        self._left_s = time_s
        self.ended = ""
        """Why revisions from some point on were not tried; empty where all were."""

    async def silently(self, revision: Revision) -> None:
        """Apply a revision on which nothing is to be tried."""
        if self.ended:
            return
        step = await self._leg.history.up(revision.id)
        if step.problem is not None:
            self.ended = f"{subject(revision.id)} fails the second time: {step.problem.message}"

    async def tried(self, revision: Revision, tables: Collection[str]) -> tuple[str, ...]:
        """Apply a revision to hostile rows in these tables; what is worth knowing of that."""
        if not tables or self.ended:
            await self.silently(revision)
            return ()
        start = time.monotonic()
        try:
            return await self._tried(revision, tables)
        except TargetError as exc:
            self.ended = f"{subject(revision.id)}: {exc}"
            return ()
        finally:
            self._left_s -= time.monotonic() - start
            if self._left_s < 0 and not self.ended:
                self.ended = f"there was no time left after {subject(revision.id)}"

    async def _tried(self, revision: Revision, tables: Collection[str]) -> tuple[str, ...]:
        stock, history = self._leg.stock, self._leg.history
        made = await stock.load(tables, ROWS, variant="hostile")
        step = await history.up(revision.id)
        await stock.clear(made.rows)
        if step.problem is None:
            return ()
        before = await self._leg.database.structure()
        await self.silently(revision)
        if self.ended:
            return ()
        after = await self._leg.database.structure()
        return (in_words(step.problem, made.rows, retyped(before, after)),)


def retyped(before: Structure, after: Structure) -> Iterator[tuple[str, str]]:
    """Table and column of what stands before and after, and is defined otherwise."""
    for thing in changed(before, after):
        if thing.kind == "column" and thing.key in before and thing.key in after:
            yield thing.table, thing.name.removeprefix(f"{thing.table}.")


def in_words(
    problem: Problem, rows: Mapping[str, Sequence[Row]], columns: Iterator[tuple[str, str]]
) -> str:
    """Why the revision failed, and where the database does not say on which value, on which one."""
    said = f"it depends on what the rows hold, and fails on hostile ones: {problem.message}"
    size = {_TOO_LONG: _length, _OUT_OF_RANGE: _distance}.get(problem.code)
    if size is None:
        return said
    found = [
        (size(row.get(column)), table, column, row[column])
        for table, column in columns
        for row in rows.get(table, ())
        if size(row.get(column)) >= 0
    ]
    if not found:
        return said
    _, table, column, value = max(found, key=lambda one: one[:3])
    return f"{said} ({table}.{column}: {_short(value)})"


def _length(value: Any) -> Decimal:
    return Decimal(len(value)) if isinstance(value, str) else Decimal(-1)


def _distance(value: Any) -> Decimal:
    return abs(Decimal(value)) if isinstance(value, int | Decimal) else Decimal(-1)


def _short(value: Any) -> str:
    if isinstance(value, str) and len(value) > _WIDTH:
        return f"a text of {len(value):,} characters"
    return repr(value) if isinstance(value, str) else f"{value}"
