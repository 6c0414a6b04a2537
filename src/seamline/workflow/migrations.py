"""The walk through a project's history as part of a run: events as it goes, confirmed by a second walk."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import msgspec

from seamline.migrations.bind import legs_of, not_walked
from seamline.migrations.hazard.measure import Hazards, Limits
from seamline.migrations.hazard.touched import above
from seamline.migrations.history import Revision
from seamline.migrations.judge import subject
from seamline.migrations.leg import Legs
from seamline.migrations.walk import Policy, Walk, confirmed
from seamline.model.case import NotCovered
from seamline.model.event import (
    Event,
    FindingConfirmed,
    HistoryChecked,
    RevisionChecked,
    RevisionMeasured,
    Skipped,
    findings_of,
)
from seamline.model.finding import Finding
from seamline.run.rules import Files
from seamline.run.setup import Setup
from seamline.text.redact import Redactor
from seamline.workflow.keep import keep as keep_file

KEPT = Path(".seamline") / "migrations.json"


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    digests: dict[str, str]


async def walk(setup: Setup, files: Files, emit: Callable[[Event], None], *, keep: bool) -> None:
    """Walk the history; what it finds is tried once more on fresh databases.

    The digests of the revisions that were applied are kept beside the spec files where `keep` says so.
    Raises `TargetError` when the tool cannot be used.
    """
    project = files.project
    reason = not_walked(project)
    database = project.database
    if reason or setup.server is None or database is None or database.migrations is None:
        remedy = "" if database is not None and database.migrations else _REMEDY
        item = NotCovered(
            subject="migrations", reason=reason or "there is no server", remedy=remedy
        )
        emit(Skipped(at=time.time(), item=item))
        return
    path = project.path(project.paths.specs) / KEPT
    wanted = files.data.migrations
    loses = {one.revision: one.reason for one in wanted.loses}
    policy = Policy(irreversible=frozenset(wanted.irreversible), loses=loses, known=_read(path))
    legs = legs_of(setup, setup.server, database.migrations)
    found: list[Finding] = []
    first = Walk(legs, policy)
    async for event in first.events():
        safe = _safe(event, setup.redactor)
        found += findings_of(safe)
        emit(safe)
    if any(f.severity != "info" for f in found):
        second: list[Finding] = []
        async for event in Walk(legs, policy).events():
            second += findings_of(_safe(event, setup.redactor))
        for finding in confirmed(found, second):
            emit(FindingConfirmed(at=time.time(), finding=finding))
    async for measured in _hazards(legs, files, first.applied, _refused(found)):
        emit(_safe(measured, setup.redactor))
    names = {r.id for r in first.revisions}
    for key, listed in (("irreversible", wanted.irreversible), ("loses", loses)):
        for name in sorted(set(listed) - names):
            emit(_unknown(key, name, files))
    if keep:
        digests = {**policy.known, **{r.id: r.digest for r in first.applied}}
        keep_file(path, msgspec.json.encode(_Kept(digests=digests)))


def _refused(found: Sequence[Finding]) -> frozenset[str]:
    """Revisions that fail where there are rows, whatever these hold."""
    subjects = {f.subject for f in found if f.check == "upWithRows"}
    return frozenset(s.removeprefix(subject("")) for s in subjects)


async def _hazards(
    legs: Legs, files: Files, applied: tuple[Revision, ...], refused: frozenset[str]
) -> AsyncIterator[Event]:
    """What the revisions that are not deployed yet do to full tables."""
    wanted = files.data.migrations
    names = {r.id for r in applied}
    for name in sorted(set(wanted.deployed or ()) - names):
        yield _unknown("deployed", name, files)
    if not above(wanted.deployed or (), {r.id: r.down for r in applied}):
        return
    budget = wanted.budget.access_exclusive_ms if wanted.budget is not None else None
    limits = Limits(rows=wanted.rows, deployed=wanted.deployed, budget_ms=budget, refused=refused)
    async for event in Hazards(legs, limits).events():
        yield event


def _unknown(key: str, name: str, files: Files) -> Skipped:
    why = f"migrations.{key} of {files.data_label} names it, and the history has it not"
    return Skipped(at=time.time(), item=NotCovered(subject=f"revision {name}", reason=why))


def _safe(event: Event, redactor: Redactor) -> Event:
    """The event without secrets: an error may repeat the address that it could not use."""
    if not isinstance(event, RevisionChecked | RevisionMeasured | HistoryChecked):
        return event
    findings = tuple(
        msgspec.structs.replace(f, title=redactor.text(f.title), actual=redactor.text(f.actual))
        for f in event.findings
    )
    notes = tuple(map(redactor.text, event.notes))
    return msgspec.structs.replace(event, findings=findings, notes=notes)


_REMEDY = 'add migrations = { kind = "alembic", config = "alembic.ini" } to [database]'


def _read(path: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept).digests
    except (OSError, msgspec.DecodeError):
        return {}
