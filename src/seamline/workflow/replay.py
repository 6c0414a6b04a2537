"""One finding of the last run: found by its id, and tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

import msgspec

from seamline.checks.contract_drift import CHECK
from seamline.data.declared import told
from seamline.data.dialect import Dialect, dialect_for
from seamline.data.dialect.postgresql import DIALECT
from seamline.data.evaluate import whole
from seamline.data.finding import finding_of
from seamline.data.guard import refusal
from seamline.data.rule import Rule
from seamline.data.scan import Reader, Wide
from seamline.errors import SpecError, TargetError, UsageError
from seamline.explore.faults.chosen import case_of
from seamline.model.event import Event, FindingConfirmed, RunStarted, findings_of
from seamline.model.finding import Finding
from seamline.model.vocabulary import (
    DOCUMENT_CHECKS,
    MIGRATION_CHECKS,
    ROLLOUT_CHECKS,
    SCHEDULE_CHECKS,
    SWEEP_CHECKS,
)
from seamline.openapi.document import Document
from seamline.report import read_events
from seamline.run.case import run_case
from seamline.run.rules import Judging, judging
from seamline.run.session import Session, Target
from seamline.run.setup import Setup, prepared, scaled
from seamline.run.sound import document_findings
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.data import DataJob, redactor_of, rules_of
from seamline.workflow.job import Job
from seamline.workflow.migrations import walk
from seamline.workflow.plan import own_cases, plan_of
from seamline.workflow.schedules import Schedules
from seamline.workflow.transactions import Stage, impossible

Outcome = Literal["still fails", "fixed"]


class Replayed(msgspec.Struct, frozen=True):
    """How trying again ended, and the finding as it came now (None when it did not)."""

    outcome: Outcome
    finding: Finding | None = None


def find(record: Path, wanted: str) -> Finding:
    """The finding of a run's record whose id starts so (`F-3c91` or `3c91`), as last judged.

    Raises `UsageError` when there is none, or more than one.
    """
    prefix = wanted.upper().removeprefix("F-").lower()
    found: dict[str, Finding] = {}
    for event in read_events(record):
        for finding in findings_of(event):
            known = found.get(finding.fingerprint)
            if known is None or isinstance(event, FindingConfirmed):
                found[finding.fingerprint] = finding
    matches = [f for f in found.values() if f.fingerprint.startswith(prefix)]
    if len(matches) == 1 and prefix:
        return matches[0]
    ids = ", ".join(sorted(f.id for f in matches or found.values())[:20]) or "none"
    if matches:
        raise UsageError(f"{wanted} stands for more than one finding: {ids}")
    raise UsageError(f"no finding {wanted} in {record}. Findings there: {ids}")


def source_of(record: Path) -> str:
    """What a run of rows alone read, as `RunStarted.source`; empty for any other run."""
    return next((e.source for e in read_events(record) if isinstance(e, RunStarted)), "")


async def replay_rows(job: DataJob, finding: Finding) -> Replayed:
    """Hold the finding's rule against the same rows again, read only.

    Raises `UsageError` when there is no such rule any more or it cannot be evaluated, `SpecError` when
    the database has no place for it any more.
    """
    redactor = redactor_of(job)
    try:
        async with job.snapshot() as snapshot:
            rules, misfits = rules_of(job, await snapshot.catalog())
            mine = [m for m in misfits if _names(m.table, m.check, m.label, finding)]
            if mine:
                raise SpecError(told(mine, job.file.name, job.file))
            for rule in _same(rules, finding):
                if not rule.proven and (why := refusal(rule)):
                    raise UsageError(f"the rule {finding.detail!r} is not evaluated: {why}")
            again = await _looked_up(
                snapshot, rules, redactor, finding, dialect_for(snapshot.engine), snapshot
            )
    except TargetError as error:
        error.args = (redactor.text(str(error)),)
        raise
    return _outcome(again)


async def replay(job: Job, finding: Finding, emit: Callable[[Event], None]) -> Replayed:
    """Send the finding's case once more, alone, to a freshly started system on a fresh base.

    A finding of a table's rows is looked up in the base again. `emit` gets the events of the stages.
    Raises `UsageError` when the case or rule is not in the spec files any more, and for what two versions do.
    """
    if finding.check in ROLLOUT_CHECKS:
        raise UsageError(
            f"{finding.id} is about two versions side by side, which a run compares:"
            f" seamline run database --check {finding.check}"
        )
    redactor = Redactor()
    if finding.check in MIGRATION_CHECKS:
        return _outcome(await _walked(job, finding, redactor, emit))
    with workspace() as space:
        async with (
            prepared(job.project, space, redactor, emit) as setup,
            setup.target() as target,
        ):
            judged = await judging(job.files, target, setup.document, ("api", "database"))
            if finding.check in DOCUMENT_CHECKS:
                found = document_findings(setup.document, judged) if setup.document else ()
                again = next((f for f in found if f.fingerprint == finding.fingerprint), None)
            elif finding.check == CHECK and not finding.case:
                known = plan_of(job, judged, setup.document).untried
                again = next((f for f in known if f.fingerprint == finding.fingerprint), None)
            elif finding.check in SWEEP_CHECKS:
                again = await _faulty(job, judged, setup, emit, finding)
            elif finding.check in SCHEDULE_CHECKS:
                cases = own_cases(job.unselected, judged, setup.document)
                at_once = Schedules(
                    job, setup, judged.rules, judged.operations, emit, lambda finding: False
                )
                again = await at_once.again(cases, finding)
            elif finding.case:
                async with scaled(setup, judged.rules) as rules:
                    session = Session(target=target, rules=rules, redactor=redactor)
                    again = await _case(job, judged, setup.document, session, finding)
            else:
                again = await _rule(target, judged, redactor, finding)
    return _outcome(again)


def _outcome(again: Finding | None) -> Replayed:
    return Replayed("fixed") if again is None else Replayed("still fails", again)


async def _walked(
    job: Job, finding: Finding, redactor: Redactor, emit: Callable[[Event], None]
) -> Finding | None:
    """The finding as a walk through the history finds it now."""
    found: dict[str, Finding] = {}

    def look(event: Event) -> None:
        found.update({f.fingerprint: f for f in findings_of(event)})

    with workspace() as space:
        async with prepared(job.project, space, redactor, emit, base=False) as setup:
            await walk(setup, job.files, look, keep=False)
    return found.get(finding.fingerprint)


async def _case(
    job: Job, judged: Judging, document: Document | None, session: Session, finding: Finding
) -> Finding | None:
    plan = plan_of(job, judged, document)
    case = next((c for c in plan.cases if c.id == finding.case), None)
    if case is None:
        raise UsageError(f"the case {finding.case!r} of {finding.id} is not in the plan any more")
    outcome = await run_case(session, case)
    if outcome.error:
        raise UsageError(f"the case {finding.case!r} could not be carried out: {outcome.error}")
    return next((f for f in outcome.findings if f.fingerprint == finding.fingerprint), None)


async def _faulty(
    job: Job, judged: Judging, setup: Setup, emit: Callable[[Event], None], finding: Finding
) -> Finding | None:
    """The finding as the same fault at the same statement shows it now."""
    known = own_cases(job.unselected, judged, setup.document)
    case = case_of(known, finding.case, finding.subject)
    if case is None:
        raise UsageError(f"the case {finding.case!r} of {finding.id} is not in the plan any more")
    if why := impossible(setup):
        raise UsageError(f"{finding.id} needs statements that can be made to fail: {why}")
    stage = Stage(job, setup, judged.rules, emit, lambda _: False)
    return (await stage.again(case, [finding])).get(finding.fingerprint)


async def _rule(
    target: Target, judged: Judging, redactor: Redactor, finding: Finding
) -> Finding | None:
    if target.database is None:
        raise UsageError(f"{finding.id} is about rows, and there is no database any more")
    # One rule: it needs no snapshot.
    return await _looked_up(target.database, judged.rows, redactor, finding)


def _names(table: str, check: str, label: str, finding: Finding) -> bool:
    return (table, check, label) == (finding.subject, finding.check, finding.detail)


def _same(rules: Iterable[Rule], finding: Finding) -> list[Rule]:
    """The finding's rule; empty where it is not among them."""
    return [r for r in rules if _names(r.table.name, r.check, r.label, finding)]


async def _looked_up(
    reader: Reader,
    rules: Iterable[Rule],
    redactor: Redactor,
    finding: Finding,
    dialect: Dialect = DIALECT,
    wide: Wide | None = None,
) -> Finding | None:
    """The finding as the rows bear it out now."""
    mine = _same(rules, finding)
    if not mine:
        raise UsageError(f"the rule {finding.detail!r} of {finding.id} is not there any more")
    async for result in whole(reader, mine, dialect=dialect, wide=wide):
        if result.error:
            why = redactor.text(result.error)
            raise UsageError(f"the rule {finding.detail!r} could not be evaluated: {why}")
        if result.broken:
            return finding_of(result, redact=redactor.row)
    return None
