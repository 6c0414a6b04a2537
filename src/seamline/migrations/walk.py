"""The walk through a history: every revision up, down, and up again, with rows in the tables.

A leg ends early where its database is not what it should be any more. The next one starts from the copy that
was kept last, and goes up to there without a word. A copy is kept before each revision of which a step that
fails may leave something behind, so that what stands before it is never applied again, and where a leg had
to go up to where it starts from. What is rolled back as a whole needs neither.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import suppress

import msgspec

from seamline.errors import TargetError
from seamline.migrations.difference import changed, unnamed, without
from seamline.migrations.history import Problem, Revision
from seamline.migrations.judge import (
    Moment,
    Seen,
    drift,
    judge,
    not_once,
    one_head,
    rewritten,
    subject,
    told,
    up_failed,
)
from seamline.migrations.leg import Kept, Leg, Legs
from seamline.model.case import NotCovered
from seamline.model.event import HistoryChecked, RevisionChecked, Skipped
from seamline.model.finding import Finding
from seamline.model.structure import Structure

MOST_ROWS = 200
"""Of a table that holds more, rows are not looked at one by one."""


_NOT_ALLOWED = "42501"
_SENT_AWAY = "57P01"


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Revisions that need not come down again, those that remove rows on purpose, each with the reason,
    and the digests of those that an earlier run applied."""

    irreversible: Collection[str] = ()
    loses: Mapping[str, str] = {}
    known: Mapping[str, str] = {}


class _Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An upgrade that failed with rows in the tables, whose columns are `known`."""

    problem: Problem
    known: frozenset[str]


class Walk:
    """One walk through the history of `legs`."""

    def __init__(self, legs: Legs, policy: Policy) -> None:
        self._legs = legs
        self._policy = policy
        self._start = time.monotonic()
        self._now: Structure = {}
        self._done = 0
        self._kept: Kept | None = None
        self._can_keep = True
        self._is_bare = True  # no row of ours was ever in this database
        self._is_spoilt = False
        self._refused: _Refused | None = None
        self._ended = ""
        self.revisions: tuple[Revision, ...] = ()

    @property
    def applied(self) -> tuple[Revision, ...]:
        """The revisions that could be applied."""
        return self.revisions[: self._done]

    async def events(self) -> AsyncIterator[RevisionChecked | HistoryChecked | Skipped]:
        """An event a revision, then one of the whole. Raises `TargetError` when the tool cannot be used."""
        is_over = False
        try:
            while not is_over:
                async with self._legs.leg(self._kept) as leg:
                    self.revisions = leg.history.revisions
                    self._is_spoilt = False
                    await self._replay(leg)
                    async for event in self._through(leg):
                        yield event
                    is_over = not self._is_spoilt or bool(self._ended)
                    if is_over:
                        async for last in self._whole(leg):
                            yield last
        finally:
            with suppress(TargetError):  # the server may be gone
                await self._forget()

    async def _replay(self, leg: Leg) -> None:
        """Go up to where the last leg came, without rows of ours."""
        start, self._is_bare = self._kept, self._kept is None
        if start is not None:
            leg.stock.recall(start.known)
            await leg.stock.withdraw()
        again = self.applied[start.done if start is not None else 0 :]
        for revision in again:
            step = await leg.history.up(revision.id)
            if step.problem is not None and start is not None:
                await self._forget()  # that may be a matter of rows that are left
                self._is_spoilt = True
                return
            if step.problem is not None:
                why = f"failed the second time: {step.problem.message}"
                raise TargetError(f"{subject(revision.id)} {why}")
        self._now = await self._structure(leg)
        if not self._done and (there := sorted(t.name for t in self._now.values() if t.sql)):
            raise TargetError(
                f"the database is not empty before the first revision: {', '.join(there)}. Who makes that?"
                f" {leg.history.tool}'s own environment, or the template of the server's new databases"
            )
        if len(again) > 1:
            await self._keep(leg)

    async def _keep(self, leg: Leg) -> None:
        """Keep the database as it is; where no copy can be had, the next leg starts from nothing."""
        if not self._can_keep:
            return
        try:
            kept = await self._legs.keep(leg, self._done)
        except TargetError:
            self._can_keep = False
            return
        await self._forget()
        self._kept = kept

    async def _forget(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            await self._legs.drop(kept)

    async def _through(self, leg: Leg) -> AsyncIterator[RevisionChecked]:
        while self._done < len(self.revisions) and not (self._is_spoilt or self._ended):
            revision = self.revisions[self._done]
            if not revision.atomic and (self._kept is None or self._kept.done < self._done):
                await self._keep(leg)
            if self._refused is None:
                await leg.stock.fill(self._now, leg.history.bookkeeping)
            event = await self._revision(leg, revision)
            if event is not None:
                yield event

    async def _revision(self, leg: Leg, revision: Revision) -> RevisionChecked | None:
        """Try one revision; None where it has to be tried again without rows."""
        before = await self._moment(leg, self._now)
        rows = sum(c.count for c in before.contents.values())
        self._is_bare = self._is_bare and (self._refused is not None or not rows)
        first = await leg.history.up(revision.id)
        if first.problem is not None:
            return await self._not_up(leg, revision, before, first.problem)
        up = await self._moment(leg)
        leg.stock.wrote(before.contents, up.contents)
        loses = self._policy.loses.get(revision.id, "")
        seen = Seen(revision=revision, before=before, up=up, loses=loses)
        ms = [first.ms]
        no_way_down = await self._down_and_up(leg, seen, ms)
        self._done += 1
        return self._event(seen, rows, tuple(ms), no_way_down)

    async def _not_up(
        self, leg: Leg, revision: Revision, before: Moment, problem: Problem
    ) -> RevisionChecked | None:
        """An upgrade has failed: with rows it is tried once more without, and only what fails in a database
        that never had rows of ours fails for good."""
        after = await self._moment(leg)  # a server that is gone is no fault of the revision
        if problem.code == _SENT_AWAY and self._can_keep:
            self._can_keep, self._is_spoilt = False, True  # by us, to make a copy
            return None
        has_rows = any(c.count for c in before.contents.values())
        if not has_rows or self._is_bare:
            return self._not_applied(revision, problem)
        if self._refused is not None:
            await self._forget()
            self._is_spoilt = True
            return None
        self._refused = _Refused(problem=problem, known=_columns(self._now))
        if changed(before.structure, after.structure) or before.contents != after.contents:
            self._is_spoilt = True
        else:
            await leg.stock.withdraw()
        return None

    async def _down_and_up(self, leg: Leg, seen: Seen, ms: list[float]) -> str:
        """Take the revision back and apply it again; why there is no way down, where there is none."""
        revision = seen.revision
        if revision.id in self._policy.irreversible:
            return "declared irreversible"
        if revision.no_way_down:
            return revision.no_way_down
        down = await leg.history.down(revision.id)
        if down.problem is not None:
            if down.problem.kind == NotImplementedError.__name__:
                return "irreversible: its downgrade raises NotImplementedError"
            self._is_spoilt = bool(changed(seen.up.structure, await self._structure(leg)))
            if down.problem.code == _NOT_ALLOWED:
                return f"the system's own role may not take it back: {down.problem.message}"
            seen.down_problem = down.problem
            return ""
        ms.append(down.ms)
        seen.down = await self._moment(leg)
        leg.stock.wrote(seen.before.contents, seen.down.contents)
        again = await leg.history.up(revision.id)
        if again.problem is not None:
            await self._structure(leg)
            seen.again_problem, self._is_spoilt = again.problem, True
            return ""
        ms.append(again.ms)
        self._now = seen.again = await self._structure(leg)
        self._is_spoilt = bool(changed(seen.up.structure, self._now))
        return ""

    def _event(
        self, seen: Seen, rows: int, ms: tuple[float, ...], no_way_down: str
    ) -> RevisionChecked:
        findings = list(judge(seen))
        notes = ([no_way_down] if no_way_down else []) + list(told(seen))
        if self._refused is not None:
            refused, self._refused = self._refused, None
            why = up_failed(seen.revision, refused.problem, with_rows=True, known=refused.known)
            findings.append(why)
        if seen.down is None:
            self._now = seen.up.structure
        names = {f.check for f in findings}
        checks = ["upWithRows", "rowsKept"] if rows else []
        if not no_way_down:
            checks.append("downRestores")
        if seen.again is not None and "downRestores" not in names:
            checks.append("upAgainEqual")
        is_equal = not names & {"downRestores", "upAgainEqual"}
        return RevisionChecked(
            at=time.time(),
            revision=seen.revision.id,
            message=seen.revision.message,
            file=seen.revision.file,
            up="failed" if "upWithRows" in names else "done",
            down="none" if no_way_down else "done" if seen.down is not None else "failed",
            equal=is_equal if seen.down is not None else None,
            rows_kept="rowsKept" not in names if rows else None,
            rows=rows,
            ms=ms,
            checks=tuple(sorted({*checks, *names})),
            findings=tuple(findings),
            notes=tuple(notes),
        )

    def _not_applied(self, revision: Revision, problem: Problem) -> RevisionChecked:
        self._ended = f"the history cannot be applied beyond {subject(revision.id)}"
        return RevisionChecked(
            at=time.time(),
            revision=revision.id,
            message=revision.message,
            file=revision.file,
            up="failed",
            checks=("upFromEmpty",),
            findings=(up_failed(revision, problem, with_rows=False),),
        )

    async def _whole(self, leg: Leg) -> AsyncIterator[HistoryChecked | Skipped]:
        """The history as a whole, and what could not be said of it."""
        history = leg.history
        findings = [
            *one_head(history.heads, self.revisions),
            *rewritten(self._policy.known, self.revisions),
        ]
        checks = ["oneHead"] + (["historyKept"] if self._policy.known else [])
        if self._ended:
            left = self.revisions[self._done + 1 :]
            if left:
                one = subject(left[0].id)
                yield _skipped(one if len(left) == 1 else f"{len(left)} revisions", self._ended)
        else:
            checks.append("upFromEmpty")
            if (applied := await history.again()) is not None:
                findings += not_once(applied, self._now, await self._structure(leg))
                checks.append("upTwiceIsOnce")
            try:
                differences = await history.differences()
            except TargetError as exc:
                yield _skipped("models and schema", str(exc))
            else:
                if differences is None:
                    yield _skipped("models and schema", f"{history.tool} knows of no models here")
                else:
                    findings += drift(differences)
                    checks.append("modelsMatchSchema")
        yield HistoryChecked(
            at=time.time(),
            tool=history.tool,
            revisions=len(self.revisions),
            heads=history.heads,
            seconds=time.monotonic() - self._start,
            checks=tuple(checks),
            findings=tuple(findings),
            notes=tuple(f"{t} was left empty: {why}" for t, why in sorted(leg.stock.empty.items())),
        )

    async def _structure(self, leg: Leg) -> Structure:
        structure = without(await leg.database.structure(), leg.history.bookkeeping)
        return unnamed(structure, leg.history.own_names)

    async def _moment(self, leg: Leg, structure: Structure | None = None) -> Moment:
        structure = await self._structure(leg) if structure is None else structure
        tables = [t for t in structure.values() if t.sql]
        return Moment(structure=structure, contents=await leg.database.contents(tables, MOST_ROWS))


def _columns(structure: Structure) -> frozenset[str]:
    """All columns as the engine names them in an error: without the schema."""
    found = set()
    for thing in structure.values():
        if thing.kind == "column":
            table, _, column = thing.name.rpartition(".")
            found.add(f"{table.rpartition('.')[2]}.{column}")
    return frozenset(found)


def _skipped(subject: str, reason: str) -> Skipped:
    return Skipped(at=time.time(), item=NotCovered(subject=subject, reason=reason))


def confirmed(findings: Collection[Finding], again: Collection[Finding]) -> list[Finding]:
    """The findings of a walk, with the verdict that a second one on fresh databases gives them."""
    came = {f.fingerprint: f for f in again}
    return [
        msgspec.structs.replace(
            came.get(f.fingerprint, f),
            verdict="confirmed" if f.fingerprint in came else "unstable",
        )
        for f in findings
    ]
