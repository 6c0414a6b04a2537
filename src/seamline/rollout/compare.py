"""The whole comparison: two versions, two schemas, an event for each operation and one in all."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator

import msgspec

from seamline.errors import SeamlineError
from seamline.model.case import Case
from seamline.model.event import RolloutChecked, RolloutFinished
from seamline.model.finding import Finding
from seamline.model.vocabulary import Rollout
from seamline.rollout.direction import (
    Direction,
    NotTried,
    confirm_alone,
    see_again,
    tried_over,
)
from seamline.rollout.finding import START, Way, finding_of, start_finding
from seamline.rollout.ground import Grounds, grounds
from seamline.rollout.history import may_differ
from seamline.rollout.judge import in_all, verdict
from seamline.rollout.release import Release, checked_out
from seamline.rollout.trial import Bench
from seamline.run.rules import Files
from seamline.run.setup import Setup
from seamline.run.values import Values
from seamline.spec.data import DataFramework, PreviousRelease
from seamline.system.process import run_to_end
from seamline.system.template import fill

Event = RolloutChecked | RolloutFinished


class Comparison:
    """Compares the present version of a project with a previous one, on the server of the present run.

    `time_s` is how long each direction may send cases: what it does not come to is told as not tried.
    """

    def __init__(
        self,
        setup: Setup,
        files: Files,
        previous: PreviousRelease,
        select: Callable[[Case], bool],
        time_s: float | None = None,
    ) -> None:
        self._setup, self._files, self._previous = setup, files, previous
        self._select = select
        self._since = time.monotonic()
        self._time_s = math.inf if time_s is None else time_s
        self._release: Release | None = None

    async def events(self) -> AsyncIterator[Event]:
        """An event an operation, then the one in all; that one also where it cannot be done."""
        try:
            async for event in self._compared():
                yield event
        except (SeamlineError, NotTried) as exc:
            yield self._finished(error=self._setup.redactor.text(str(exc)))

    async def _compared(self) -> AsyncIterator[Event]:
        folder = self._setup.workspace.folder / "previous"
        release = await asyncio.to_thread(checked_out, self._files, self._previous.ref, folder)
        self._release = release
        if not may_differ(release.files.project, self._files.project, release.differing):
            yield self._finished(idle=f"no migration differs from {release.ref}")
            return
        await self._prepare(release)
        ground = await grounds(self._setup, self._files, release)
        old = await self._old(ground, release)
        new, unknown = await self._new(ground)
        verdicts: dict[str, Rollout] = {}
        for event in self._operations(old, new, ground, release):
            verdicts[event.operation] = event.verdict
            yield event
        starts = [
            start_finding(way, side.start, release, ground)
            for way, side in _ways(old, new)
            if side.start
        ]
        if starts:
            verdicts[START] = "unsafe" if old.start else "needs ordering"
        said = in_all(verdicts)
        yield self._finished(
            said,
            changes=ground.changes,
            findings=tuple(starts),
            notes=tuple(_notes(ground, unknown)),
            error="" if said != "not known" else "no case of it could be tried over both schemas",
        )

    async def _prepare(self, release: Release) -> None:
        """Run the command that makes the checked out folder fit to be started."""
        if not self._previous.prepare:
            return
        project = release.files.project
        lookup = Values(project, self._setup.redactor).lookup()
        await run_to_end(
            [fill(part, lookup) for part in self._previous.prepare],
            env={},
            cwd=project.path(project.system.cwd),
            log=self._setup.workspace.folder / "prepare.log",
            started=self._setup.workspace.record,
            what=f"migrations.previous.prepare in the folder of {release.ref}",
        )

    async def _old(self, ground: Grounds, release: Release) -> Direction:
        files = release.files
        until = time.monotonic() + self._time_s
        foreign = not release.own_cases and self._setup.document is not None
        mixed, control = (
            Bench(setup=s, files=files, select=self._select, borrowed=foreign, until=until)
            for s in (ground.old_on_new, ground.old_on_old)
        )
        try:
            found = await tried_over(mixed, control, ground.rows)
        except NotTried as exc:
            raise NotTried(f"migrations.previous: {release.ref}: {exc}") from None
        await confirm_alone(found, mixed, ground.rows, self._files.project.limits.confirm)
        return found

    async def _new(self, ground: Grounds) -> tuple[Direction, str]:
        """The other direction; what keeps it from being tried is no error: it only says in what order."""
        files = msgspec.structs.replace(self._files, data=DataFramework())
        until = time.monotonic() + self._time_s
        mixed, control = (
            Bench(setup=s, files=files, select=self._select, until=until)
            for s in (ground.new_on_old, ground.new_on_new)
        )
        try:
            found = await tried_over(mixed, control, ground.rows)
        except NotTried as exc:
            return Direction(), self._setup.redactor.text(str(exc))
        await see_again(found, mixed, ground.rows)
        return found, ""

    def _operations(
        self, old: Direction, new: Direction, ground: Grounds, release: Release
    ) -> Iterator[RolloutChecked]:
        names = dict.fromkeys((*old.cases, *new.cases, *old.breaks, *new.breaks))
        for name in names:
            sides = old.side(name), new.side(name)
            notes = [d.untried[name] for d in (old, new) if name in d.untried]
            yield RolloutChecked(
                at=time.time(),
                operation=name,
                old_on_new=sides[0],
                new_on_old=sides[1],
                verdict=verdict(*sides),
                cases=old.cases[name] + new.cases[name],
                findings=tuple(self._findings(name, old, new, ground, release)),
                notes=tuple(dict.fromkeys(notes)),
            )

    def _findings(
        self, name: str, old: Direction, new: Direction, ground: Grounds, release: Release
    ) -> Iterator[Finding]:
        for way, side in _ways(old, new):
            if name in side.seen:
                broke, said = side.seen[name]
                others = len(side.breaks[name]) - 1
                redactor = self._setup.redactor
                yield finding_of(way, broke, said, others, release, ground, redactor)

    def _finished(
        self,
        said: Rollout = "not known",
        *,
        changes: tuple[str, ...] = (),
        findings: tuple[Finding, ...] = (),
        notes: tuple[str, ...] = (),
        idle: str = "",
        error: str = "",
    ) -> RolloutFinished:
        return RolloutFinished(
            at=time.time(),
            ref=self._previous.ref,
            commit=self._release.commit if self._release is not None else "",
            verdict=said,
            seconds=time.monotonic() - self._since,
            changes=changes,
            files=tuple(self._differing()),
            findings=findings,
            notes=(*self._left_out(), *notes),
            idle=idle,
            error=error,
        )

    def _differing(self) -> Iterator[str]:
        project = self._files.project
        home = project.path(project.system.cwd).resolve()
        for path in self._release.differing if self._release is not None else ():
            if path.is_relative_to(home):
                yield path.relative_to(home).as_posix()

    def _left_out(self) -> Iterator[str]:
        for item in self._release.not_covered if self._release is not None else ():
            yield f"{item.subject}: {item.reason}"


def _ways(old: Direction, new: Direction) -> tuple[tuple[Way, Direction], ...]:
    return ("oldCodeOnNewSchema", old), ("newCodeOnOldSchema", new)


def _notes(ground: Grounds, unknown: str) -> Iterator[str]:
    if ground.rows == "refused":
        yield (
            "the present migrations do not apply over the rows of the previous release's seed, so the"
            f" present seed's stand for them and only server errors count: {ground.why}"
        )
    elif ground.rows == "apart":
        yield f"other rows stand under the present schema, so only server errors count: {ground.why}"
    if unknown:
        yield f"the present version could not be tried over the old schema: {unknown}"
