"""A whole run: prepare, send every case, check the rows, confirm what was found, say how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import msgspec

from seamline import __version__
from seamline.confirm.fresh import confirm
from seamline.data.evaluate import whole
from seamline.errors import SeamlineError
from seamline.model.case import Case, NotCovered, Plan
from seamline.model.event import (
    CaseFinished,
    ContractCompared,
    DataChecked,
    DocumentChecked,
    EndReason,
    Errored,
    Event,
    FindingConfirmed,
    RunFinished,
    RunStarted,
    Skipped,
    StepRecord,
)
from seamline.model.exchange import Exchange
from seamline.model.finding import Finding
from seamline.model.vocabulary import DOCUMENT_CHECKS, SWEEP_CHECKS
from seamline.openapi.document import Document
from seamline.report.summary import Summary
from seamline.run.case import Outcome
from seamline.run.learn import learn
from seamline.run.rules import Judging, judging
from seamline.run.session import Rules, Session, Target
from seamline.run.setup import Setup, prepared, scaled
from seamline.run.sound import document_findings
from seamline.run.vitals import Vitals
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow import gate
from seamline.workflow.accepted import Acceptances
from seamline.workflow.cases import Listener, Sender
from seamline.workflow.job import Job
from seamline.workflow.migrations import walk
from seamline.workflow.plan import own_cases, plan_of
from seamline.workflow.rollout import side_by_side
from seamline.workflow.rows import checked, left
from seamline.workflow.schedules import Schedules
from seamline.workflow.steady import Steady
from seamline.workflow.transactions import Stage


class Run:
    """One run of a job. `emit` gets every event; the last one is always `RunFinished`.

    `steady` knows what earlier attempts of the same job have found.
    """

    def __init__(
        self, job: Job, emit: Callable[[Event], None], steady: Steady | None = None
    ) -> None:
        self._job = job
        self._summary = Summary()
        self._out = emit
        self._redactor = Redactor()
        self._start = 0.0
        self._found: dict[str, Finding] = {}
        self._broken_before: set[str] = set()
        self._is_base = True
        self._steady = steady or Steady()
        self._acceptances = Acceptances(job.accepted, datetime.now(UTC).date())

    def _emit(self, event: Event) -> None:
        event = self._steady.apply(self._acceptances.apply(event))
        self._summary.on(event)
        self._out(event)

    async def execute(self) -> tuple[int, SeamlineError | None]:
        """Run to the end: the exit code, and the error that ended it early, if any.

        A cancellation (Ctrl-C, SIGTERM) ends it cleanly with what was learnt.
        """
        self._start = time.monotonic()
        reason: EndReason = "completed"
        error: SeamlineError | None = None
        try:
            with workspace() as space:
                needs = (self._job.project, space, self._redactor, self._emit)
                async with prepared(*needs, base=not self._job.only_walk) as setup:
                    if self._job.only_walk:
                        self._emit(self._begun(setup))
                    else:
                        await self._parts(setup)
                    await self._walk(setup)
        except asyncio.CancelledError:
            reason = "interrupted"
        except SeamlineError as exc:
            reason, error = "failed", self._redactor.error(exc)
        except Exception as exc:
            self._finish("failed", f"a bug of Seamline: {type(exc).__name__}: {exc}", 4)
            raise
        return self._finish(reason, str(error or ""), error.exit_code if error else None), error

    def _finish(self, reason: EndReason, message: str, code: int | None) -> int:
        """Emit the last event; the exit code, which the gate decides where nothing else did."""
        message = self._redactor.text(message)
        if reason == "completed":
            for finding in self._steady.missing():
                self._emit(FindingConfirmed(at=time.time(), finding=finding))
        is_whole = reason == "completed" and self._job.is_whole and not self._summary.errored_count
        if (judged := self._acceptances.judged(time.time(), is_whole=is_whole)) is not None:
            self._emit(judged)
        passed = gate.verdicts(self._summary, self._job.project.gate, reason)
        if code is None:
            code = gate.exit_code(passed, self._summary, self._job.project.gate, reason)
        self._emit(
            RunFinished(
                at=time.time(),
                reason=reason,
                exit_code=code,
                seconds=time.monotonic() - self._start,
                message=message,
                passed=passed,
            )
        )
        return code

    async def _parts(self, setup: Setup) -> None:
        async with AsyncExitStack() as lasting, AsyncExitStack() as stack:
            target = await stack.enter_async_context(setup.target())
            document = setup.document
            judged = await judging(
                self._job.files, target, document, self._job.parts, self._job.checks
            )
            plan = plan_of(self._job, judged, document)
            cases, own = plan.cases, own_cases(self._job, judged, document)
            self._started(target, document, judged, plan, setup)
            self._document_checked(document, judged)
            if plan.untried:
                self._emit(ContractCompared(at=time.time(), findings=plan.untried))
            rules = await lasting.enter_async_context(scaled(setup, judged.rules))
            session = Session(target=target, rules=rules, redactor=self._redactor)
            vitals = Vitals()
            await self._learnt(session, cases or own, vitals)
            if "database" in self._job.parts and not self._job.only_transactions:
                await self._whole_tables(target, judged)
            listener = Listener(
                finished=lambda outcome: self._case_finished(outcome, setup),
                errored=self._errored,
                skipped=self._skipped,
            )
            sender = Sender(setup, stack, session, vitals, listener)
            await sender.send(cases, self._job.time_s)
            await self._left_behind(session)
            rules = session.rules
        self._changed_rows(judged)
        self._not_asked(judged)
        await self._confirm(setup, rules, cases)
        await self._transactions(setup, rules, own)
        if self._job.transactions:
            every = own_cases(self._job.unselected, judged, document)
            at_once = Schedules(
                self._job, setup, rules, judged.operations, self._emit, self._matters
            )
            await at_once.run(every, own)
        await side_by_side(self._job, setup, self._emit)

    async def _transactions(self, setup: Setup, rules: Rules, own: Sequence[Case]) -> None:
        """Make statements fail; what is found is confirmed where it matters."""
        checks = self._job.checks
        if self._job.transactions and (not checks or checks.intersection(SWEEP_CHECKS)):
            await Stage(self._job, setup, rules, self._emit, self._matters).run(own)

    def _matters(self, finding: Finding) -> bool:
        """Whether a finding is worth being tried again."""
        matters = ("error", *self._job.project.gate.fail_on)
        return finding.severity in matters and not self._acceptances.tolerates(finding)

    async def _walk(self, setup: Setup) -> None:
        if self._job.walk:
            await walk(setup, self._job.files, self._emit, keep=self._job.keep)

    def _begun(self, setup: Setup) -> RunStarted:
        """The first event, as far as it can be told without the system."""
        return RunStarted(
            at=time.time(),
            seamline=__version__,
            project=self._job.project.folder.name,
            system="",
            document="",
            engine=setup.server.origin if setup.server is not None else "",
            seed=self._job.seed,
            cases=0,
            operations=(),
            tables=0,
            parts=self._job.parts,
            selected=self._job.selected,
        )

    def _started(
        self,
        target: Target,
        document: Document | None,
        judged: Judging,
        plan: Plan,
        setup: Setup,
    ) -> None:
        listed = {e.operation: None for e in self._job.files.endpoints.endpoints}
        self._emit(
            msgspec.structs.replace(
                self._begun(setup),
                system=document.title if document is not None else target.client.base_url,
                document=f"{document.source} (OpenAPI {document.version})" if document else "",
                cases=len(plan.cases),
                operations=tuple({**listed, **dict.fromkeys(judged.operations)}),
                tables=len(target.catalog.tables) if target.catalog is not None else 0,
            )
        )
        for item in plan.not_covered:
            self._skipped(item)
        if target.capture is None:
            item = NotCovered(
                subject="rows",
                reason="no database is given: what requests do to rows is not seen",
                remedy="add [database] to seamline.toml",
            )
            self._skipped(item)

        if target.tap is None and target.capture is not None:
            self._skipped(NotCovered(subject="SQL statements", reason=setup.untraced(None)))

    def _document_checked(self, document: Document | None, judged: Judging) -> None:
        checks = self._job.checks
        if document is None or "api" not in self._job.parts:
            return
        if checks and not checks.intersection(DOCUMENT_CHECKS):
            return
        found = tuple(document_findings(document, judged))
        self._emit(DocumentChecked(at=time.time(), document=document.source, findings=found))

    async def _learnt(self, session: Session, cases: Sequence[Case], vitals: Vitals) -> None:
        """Let the session's rules take for noise what changes in silence, and with every request."""
        for item in await learn(session, self._job.project, cases, vitals):
            self._skipped(item)

    async def _whole_tables(self, target: Target, judged: Judging) -> None:
        if target.database is None:
            return
        files = self._job.files
        async with target.database.snapshot(self._job.project.limits.data_check_s) as snapshot:
            async for result in whole(snapshot, judged.rows, wide=snapshot):
                if judged.rules.rows is not None:
                    judged.rules.rows.baseline(result)
                event = checked(result, self._redactor, files.data_file)
                if event.finding is not None:
                    self._broken_before.add(event.finding.fingerprint)
                self._emit(event)

    async def _left_behind(self, session: Session) -> None:
        """Hold the rules against all rows once more, of tables that are not as they were before the cases.

        Each case's rows are put back, so none are but where something wrote behind the last one.
        """
        target, changed = session.target, session.rules.rows
        if (
            not self._is_base
            or changed is None
            or target.database is None
            or target.capture is None
        ):
            return
        seen = await target.capture.observe(session.rules.settle_s)
        rules = changed.reading({c.table for c in seen.changes})
        if not rules or seen.structure_changed:
            return
        async with target.database.snapshot(self._job.project.limits.data_check_s) as snapshot:
            async for result in whole(snapshot, rules, wide=snapshot):
                if changed.is_new(result):
                    self._emit(left(checked(result, self._redactor, self._job.files.data_file)))

    def _case_finished(self, outcome: Outcome, setup: Setup) -> None:
        self._is_base = not outcome.stale
        for finding in outcome.findings:
            if finding.fingerprint not in self._broken_before and finding.verdict != "unstable":
                self._found.setdefault(finding.fingerprint, finding)
        self._emit(finished(outcome, can_clone=setup.can_clone))

    def _skipped(self, item: NotCovered) -> None:
        self._emit(Skipped(at=time.time(), item=item))

    def _errored(self, case: Case, message: str, is_bug: bool) -> None:
        self._is_base = False
        self._emit(
            Errored(
                at=time.time(),
                subject=case.subject,
                case=case.id,
                message=self._redactor.text(message),
                is_bug=is_bug,
            )
        )

    async def _confirm(self, setup: Setup, rules: Rules, cases: Sequence[Case]) -> None:
        wanted = [f for f in self._found.values() if self._matters(f)]
        by_id = {c.id: c for c in cases}
        limit = self._job.project.limits.confirm
        async for finding in confirm(setup, rules, wanted, by_id, limit):
            self._emit(FindingConfirmed(at=time.time(), finding=finding))

    def _not_asked(self, judged: Judging) -> None:
        """Tell of which entries of `reconcile` the database could not be asked."""
        asking = judged.rules.standings
        for (table, operation), said in asking.errors.items() if asking is not None else ():
            self._emit(
                DataChecked(
                    at=time.time(),
                    table=table,
                    check="answerEqualsRows",
                    label=f"reconcile of {operation}",
                    scope="changes",
                    error=self._redactor.text(said),
                )
            )

    def _changed_rows(self, judged: Judging) -> None:
        """Tell how many changed rows each rule was held against, once a rule."""
        changed = judged.rules.rows
        for rule in judged.rows if changed is not None else ():
            looked_at = changed.looked_at_by(rule) if changed is not None else 0
            error = changed.error_of(rule) if changed is not None else ""
            if looked_at or error:
                self._emit(
                    DataChecked(
                        at=time.time(),
                        table=rule.table.name,
                        check=rule.check,
                        label=rule.label,
                        scope="changes",
                        rows=looked_at,
                        error=self._redactor.text(error),
                    )
                )


def finished(outcome: Outcome, *, can_clone: bool = True) -> CaseFinished:
    """The event of a case that has been run and judged."""
    notes = (*outcome.notes, *(n for x in outcome.exchanges for n in x.notes))
    if outcome.stale and can_clone:
        notes += (f"a fresh clone was made: {outcome.stale}",)
    elif outcome.stale:
        notes += (f"rows may not be as before the case: {outcome.stale}",)
    return CaseFinished(
        at=time.time(),
        case=outcome.case.id,
        subject=outcome.case.subject,
        kind=outcome.case.kind,
        steps=tuple(_record(x) for x in outcome.exchanges),
        checks=dict(outcome.checks),
        abstained=outcome.abstained,
        findings=tuple(outcome.findings),
        notes=notes,
        put_back=outcome.put_back,
    )


def _record(x: Exchange) -> StepRecord:
    rows: dict[str, dict[str, int]] | None = None
    if x.changes is not None:
        rows = {}
        for change in x.changes:
            ops = rows.setdefault(change.table, {})
            ops[change.op] = ops.get(change.op, 0) + 1
    return StepRecord(
        operation=x.operation,
        identity=x.identity,
        credentials=x.credentials,
        status=x.status,
        ms=x.duration_ms,
        rows=rows,
    )
