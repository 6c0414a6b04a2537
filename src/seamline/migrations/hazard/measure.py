"""Applies each revision to full tables and sees what that does to them.

Two databases go up side by side. On the one the tables stay empty, and show which of them a revision
touches; on the other just these are filled before the same revision is applied. So a revision that touches
nothing costs as good as nothing. A third one shows which revisions depend on what the rows hold.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection, Sequence

import msgspec

from seamline.engines.protocol import Watch
from seamline.errors import TargetError
from seamline.migrations.hazard.hostile import HostileRows
from seamline.migrations.hazard.judge import Measured, judge, uncertain, worst
from seamline.migrations.hazard.touched import above, row_locks, touched
from seamline.migrations.history import Problem, Revision
from seamline.migrations.judge import subject, up_failed
from seamline.migrations.leg import Leg, Legs
from seamline.model.case import NotCovered
from seamline.model.event import RevisionMeasured, Skipped
from seamline.model.finding import Finding
from seamline.model.structure import Thing
from seamline.model.vocabulary import HAZARD_CHECKS, Severity
from seamline.model.worked import Worked
from seamline.rows.maker import BOOKKEEPING

_SAMPLE = 500
"""Rows that are made one by one; the others are copies of them."""
_DUPLICATE = "23505"
_ROW_LOCKS = (
    "rows of it are locked one by one (ROW SHARE, as by SELECT … FOR UPDATE), which keeps others from writing"
    " them; how many, and for how long, the server does not tell: no check judges that"
)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How full the tables are, which revisions are history, and how long a table may be locked.

    `deployed` is None where nobody has said what production is at. Of `refused` revisions it is known
    already that they fail where there are rows.
    """

    rows: int = 100_000
    deployed: tuple[str, ...] | None = None
    budget_ms: int | None = None
    refused: Collection[str] = ()


class Hazards:
    """One pass through the history of `legs`."""

    def __init__(self, legs: Legs, limits: Limits) -> None:
        self._legs = legs
        self._limits = limits
        self._full: dict[str, int] = {}
        self._has_failed = False

    async def events(self) -> AsyncIterator[RevisionMeasured | Skipped]:
        """An event for each revision that is not history yet."""
        try:
            async with (
                self._legs.leg() as scout,
                self._legs.leg() as full,
                self._legs.leg() as rough,
                scout.database.watch() as light,
                full.database.watch() as heavy,
            ):
                hostile = HostileRows(rough)
                async for event in self._through(scout, light, full, heavy, hostile):
                    yield event
                if hostile.ended:
                    item = NotCovered(subject="hostile rows", reason=hostile.ended)
                    yield Skipped(at=time.time(), item=item)
        except TargetError as exc:
            item = NotCovered(subject="locks and rewritten tables", reason=str(exc))
            yield Skipped(at=time.time(), item=item)

    async def _through(
        self, scout: Leg, light: Watch, full: Leg, heavy: Watch, hostile: HostileRows
    ) -> AsyncIterator[RevisionMeasured]:
        revisions = scout.history.revisions
        below = {r.id: r.down for r in revisions}
        new = above(self._limits.deployed or (), below)
        notes = {*BOOKKEEPING, scout.history.bookkeeping.rpartition(".")[2].lower()}
        scout.history.before_commit, full.history.before_commit = light.last_words, heavy.last_words
        for revision in revisions:
            is_new = revision.id in new
            if is_new:
                await light.begin(notes)
            if (await scout.history.up(revision.id)).problem is not None:
                return  # the walk says why
            if not is_new:
                await self._silently(full, heavy, revision)
                await hostile.silently(revision)
                continue
            seen = await light.told()
            tables = touched(seen, scout.history.bookkeeping)
            event = await self._measured(full, heavy, revision, tables, notes)
            is_known = self._has_failed or revision.id in self._limits.refused
            more = [f"{t}: {_ROW_LOCKS}" for t in row_locks(seen, scout.history.bookkeeping)]
            more += await hostile.tried(revision, () if is_known else tables)
            yield msgspec.structs.replace(event, notes=(*event.notes, *more))

    async def _silently(self, full: Leg, heavy: Watch, revision: Revision) -> None:
        step = await full.history.up(revision.id)
        if step.problem is not None:
            raise TargetError(
                f"{subject(revision.id)} fails the second time: {step.problem.message}"
            )

    async def _measured(
        self,
        full: Leg,
        heavy: Watch,
        revision: Revision,
        names: frozenset[str],
        notes: Collection[str],
    ) -> RevisionMeasured:
        things = await self._things(full, names)
        rows = await self._fill(full, heavy, things)
        await heavy.begin(notes)
        step = await full.history.up(revision.id)
        self._has_failed = step.problem is not None
        if step.problem is not None:
            await heavy.empty(things)
            self._full.clear()
            await self._silently(full, heavy, revision)
            return self._refused(revision, step.problem, rows)
        worked = await heavy.told()
        invalid = await heavy.invalid_indexes() if names else ()
        return self._event(revision, rows, worked, invalid, step.ms)

    async def _things(self, full: Leg, names: frozenset[str]) -> list[Thing]:
        if not names:
            return []
        structure = await full.database.structure()
        found = (structure.get(f"table {name}") for name in sorted(names))
        return [t for t in found if t is not None and t.sql]

    async def _fill(self, full: Leg, heavy: Watch, things: Sequence[Thing]) -> dict[str, int]:
        """How many rows each table holds now.

        What a revision has filled itself stays as small as it is, and what one has removed does not come
        back: duplicates, say, before the next one forbids them.
        """
        rows = {t.name: await heavy.count(t) for t in things}
        fewer = {name for name, count in rows.items() if count < self._full.get(name, 0)}
        missing = [name for name, count in rows.items() if not count and name not in fewer]
        if missing:
            made = await full.stock.load(missing, _SAMPLE)
            self._full |= {name: len(of) for name, of in made.rows.items() if of}
        for thing in things:
            if thing.name in self._full and thing.name not in fewer:
                self._full[thing.name] = await heavy.grow(thing, self._limits.rows)
            rows[thing.name] = await heavy.count(thing)
        return rows

    @property
    def _severity(self) -> Severity:
        return "info" if self._limits.deployed is None else "warning"

    def _event(
        self,
        revision: Revision,
        rows: dict[str, int],
        worked: Sequence[Worked],
        invalid: Sequence[str],
        ms: float,
    ) -> RevisionMeasured:
        budget = self._limits.budget_ms
        measured = Measured(
            revision=revision.id,
            rows=rows,
            worked=worked,
            invalid=invalid,
            severity=self._severity,
            budget_ms=budget,
        )
        locks, blocks = worst(worked, rows)
        checks = tuple(c for c in HAZARD_CHECKS if c != "withinLockBudget" or budget is not None)
        rewritten = (t for w in worked for t in w.rewritten if rows.get(t))
        return RevisionMeasured(
            at=time.time(),
            revision=revision.id,
            rows=max(rows.values(), default=0),
            ms=ms,
            locks=locks,
            blocks=blocks,
            rewritten=tuple(dict.fromkeys(rewritten)),
            checks=checks if any(rows.values()) else (),
            findings=tuple(judge(measured)),
            notes=(
                *(f"{t} was left empty: no lock on it counts" for t, n in rows.items() if not n),
                *uncertain(measured),
            ),
        )

    def _refused(
        self, revision: Revision, problem: Problem, rows: dict[str, int]
    ) -> RevisionMeasured:
        """A revision that fails on full tables. Where values repeat that must not, that is worth a word."""
        findings: tuple[Finding, ...] = ()
        if problem.code == _DUPLICATE:
            found = up_failed(revision, problem, with_rows=True)
            why = (
                "nothing has kept the values from repeating so far: where your rows repeat one, this fails."
                " Instead: remove duplicates first, in a revision before"
            )
            findings = (msgspec.structs.replace(found, severity=self._severity, why=why),)
        return RevisionMeasured(
            at=time.time(),
            revision=revision.id,
            rows=max(rows.values(), default=0),
            checks=("upWithRows",) if findings else (),
            findings=findings,
            notes=(f"locks were not measured: it fails on full tables: {problem.message}",),
        )
