"""What a run amounts to, folded from its events: passing cases are counted, findings are kept."""

from __future__ import annotations

import msgspec

from seamline.model.case import NotCovered
from seamline.model.event import (
    AcceptancesJudged,
    CaseFinished,
    ContractCompared,
    DataChecked,
    DocumentChecked,
    Errored,
    Event,
    FindingConfirmed,
    HistoryChecked,
    PairExplored,
    RevisionChecked,
    RevisionMeasured,
    RolloutChecked,
    RolloutFinished,
    RunFinished,
    RunStarted,
    Skipped,
    StageFinished,
    StepRecord,
    SweepFinished,
)
from seamline.model.finding import Finding
from seamline.model.vocabulary import DOCUMENT_CHECKS, Part
from seamline.report.tally import CheckTally, DataTally, Findings, OperationTally, Reasons

_STAGES = 200
_GROUPS = 200
_SUBJECTS = 200
_ERRORED = 100
_OTHERS = "(other operations)"
_NAMES = 5_000
"""Operations and data checks kept by name: a run has as many as its files name, never one per case."""


class Gap(msgspec.Struct, kw_only=True):
    """Things that were not covered for one reason; `more` counts those beyond the ones named."""

    reason: str
    remedy: str
    subjects: dict[str, int] = {}
    more: int = 0

    @property
    def total(self) -> int:
        """How many things."""
        return len(self.subjects) + self.more


class Summary:
    """The one aggregate that the reports are written from. `on` folds an event in."""

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.stages: list[StageFinished] = []
        self.operations: dict[str, OperationTally] = {}
        self.abstained: dict[str, Reasons] = {}
        self.data: dict[tuple[str, str, str], DataTally] = {}
        self.document = CheckTally()
        self.revisions: list[RevisionChecked] = []
        self.revisions_count = 0
        self.measured: dict[str, RevisionMeasured] = {}
        self.history: HistoryChecked | None = None
        self.walked: dict[str, CheckTally] = {}
        self.sweeps: list[SweepFinished] = []
        self.pairs: list[PairExplored] = []
        self.rollouts: dict[str, RolloutChecked] = {}
        self.rollout: RolloutFinished | None = None
        self.findings = Findings()
        self.acceptances: AcceptancesJudged | None = None
        self.gaps: dict[tuple[str, str], Gap] = {}
        self.gaps_left_out = 0
        self.errored: list[Errored] = []
        self.errored_count = 0
        self.notes = Reasons(50)
        self.rows: dict[str, dict[str, int]] = {}
        self.cases = 0
        self.kinds: dict[str, int] = {}
        self.requests = 0
        self.captured = 0
        self.put_back: int | None = None
        self.at = 0.0

    def on(self, event: Event) -> None:  # noqa: PLR0912 - a branch a kind of event
        """Fold one event in."""
        self.at = max(self.at, event.at)
        match event:
            case CaseFinished():
                self._case(event)
            case DataChecked():
                self._data(event)
            case DocumentChecked() | ContractCompared():
                self._document(event)
            case RevisionChecked():
                self._revision(event)
            case RevisionMeasured():
                if len(self.measured) < _NAMES:
                    self.measured[event.revision] = msgspec.structs.replace(event, findings=())
                self._walked(event.checks, event.findings)
            case HistoryChecked():
                self.history = msgspec.structs.replace(event, findings=())
                self._walked(event.checks, event.findings)
            case RolloutChecked() | RolloutFinished():
                self._rollout(event)
            case SweepFinished():
                if len(self.sweeps) < _NAMES:
                    self.sweeps.append(event)
                self._walked(event.checks, event.findings)
            case PairExplored():
                if len(self.pairs) < _NAMES:
                    self.pairs.append(msgspec.structs.replace(event, findings=()))
                self._walked(event.checks, event.findings)
            case FindingConfirmed():
                self.findings.confirm(event.finding)
            case Skipped():
                self._gap(event.item)
            case AcceptancesJudged():
                self.acceptances = event
            case Errored():
                self.errored_count += 1
                if len(self.errored) < _ERRORED:
                    short = msgspec.structs.replace(event, message=event.message[:4000])
                    self.errored.append(short)
            case StageFinished() if len(self.stages) < _STAGES:
                self.stages.append(event)
            case RunStarted():
                self.started = event
                for name in event.operations:
                    self._operation(name)
            case RunFinished():
                self.finished = event

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts that this run was asked for."""
        return self.started.parts if self.started else ()

    @property
    def operations_tested(self) -> int:
        """Operations that at least one case was about."""
        return sum(1 for o in self.operations.values() if o.cases)

    @property
    def row_changes(self) -> int:
        """Row changes seen in all requests."""
        return sum(n for ops in self.rows.values() for n in ops.values())

    @property
    def data_evaluated(self) -> int:
        """Data checks that were evaluated or are proven, each counted once."""
        return sum(1 for d in self.data.values() if not d.error)

    @property
    def seconds(self) -> float:
        """How long the run took; up to the last event when it was cut off."""
        if self.finished is not None:
            return self.finished.seconds
        return max(0.0, self.at - self.started.at) if self.started else 0.0

    @property
    def check_names(self) -> set[str]:
        """Checks that judged or could not judge anything."""
        applied = {name for o in self.operations.values() for name in o.checks}
        of_document = DOCUMENT_CHECKS if self.document.applied else ()
        return applied | set(self.abstained) | set(of_document) | set(self.walked)

    def check(self, name: str) -> CheckTally:
        """The tally of one check over all operations, zero when it never applied."""
        if name in DOCUMENT_CHECKS:
            return self.document
        if name in self.walked:
            return self.walked[name]
        total = CheckTally()
        for operation in self.operations.values():
            if (tally := operation.checks.get(name)) is not None:
                total.applied += tally.applied
                total.failed += tally.failed
        return total

    def _operation(self, name: str) -> OperationTally:
        tally = self.operations.get(name)
        if tally is None:
            name = name if len(self.operations) < _NAMES else _OTHERS
            tally = self.operations.setdefault(name, OperationTally())
        return tally

    def _case(self, event: CaseFinished) -> None:
        self.cases += 1
        self.kinds[event.kind] = self.kinds.get(event.kind, 0) + 1
        subject = self._operation(event.subject)
        subject.cases += 1
        for step in event.steps:
            self._step(step, event.subject)
        if event.put_back is not None:
            self.put_back = (self.put_back or 0) + event.put_back
        for note in event.notes:
            self.notes.add(note)
        for check, reason in event.abstained.items():
            self.abstained.setdefault(check, Reasons(20)).add(reason)
            subject.abstained[check] = subject.abstained.get(check, 0) + 1
        self._judged(event, subject)

    def _step(self, step: StepRecord, subject: str) -> None:
        self.requests += 1
        # A method that nobody declared is no operation: it was tried for the one that is.
        known = step.operation in self.operations
        operation = self._operation(step.operation if known else subject)
        operation.requests += 1
        operation.statuses[step.status] = operation.statuses.get(step.status, 0) + 1
        operation.latency.add(step.ms)
        if step.rows is None:
            return
        self.captured += 1
        for table, ops in step.rows.items():
            seen = self.rows.setdefault(table, {})
            for op, number in ops.items():
                seen[op] = seen.get(op, 0) + number

    def _judged(self, event: CaseFinished, subject: OperationTally) -> None:
        """Count per check; a step with several findings of one check failed it once."""
        failed: dict[str, set[int]] = {}
        for finding in event.findings:
            self.findings.add(finding)
            failed.setdefault(finding.check, set()).add(finding.step)
        for check, applied in event.checks.items():
            tally = subject.checks.get(check)
            if tally is None:
                tally = subject.checks[check] = CheckTally()
            tally.applied += applied
            if check in failed:
                tally.failed += min(applied, len(failed[check]))

    def _document(self, event: DocumentChecked | ContractCompared) -> None:
        if isinstance(event, DocumentChecked):
            self.document.applied += 1
            self.document.failed += bool(event.findings)
        for finding in event.findings:
            self.findings.add(finding)

    def _revision(self, event: RevisionChecked) -> None:
        self.revisions_count += 1
        if len(self.revisions) < _NAMES:
            self.revisions.append(msgspec.structs.replace(event, findings=()))
        self._walked(event.checks, event.findings)

    def _walked(self, checks: tuple[str, ...], findings: tuple[Finding, ...]) -> None:
        """Count the checks of one revision, or of the history as a whole."""
        failed = {f.check for f in findings}
        for finding in findings:
            self.findings.add(finding)
        for name in {*checks, *failed}:
            tally = self.walked.setdefault(name, CheckTally())
            tally.applied += 1
            tally.failed += name in failed

    def _rollout(self, event: RolloutChecked | RolloutFinished) -> None:
        if isinstance(event, RolloutFinished):
            self.rollout = event
        elif len(self.rollouts) < _NAMES:
            self.rollouts[event.operation] = event
        for finding in event.findings:
            self.findings.add(finding)

    def _data(self, event: DataChecked) -> None:
        key = (event.table, event.check, event.label)
        tally = self.data.get(key)
        if tally is None:
            tally = DataTally(event)
            if len(self.data) < _NAMES:
                self.data[key] = tally
        tally.add(event)
        if event.finding is not None:
            self.findings.add(event.finding)

    def _gap(self, item: NotCovered) -> None:
        key = (item.reason[:1000], item.remedy[:1000])
        gap = self.gaps.get(key)
        if gap is None:
            if len(self.gaps) >= _GROUPS:
                self.gaps_left_out += 1
                return
            gap = self.gaps[key] = Gap(reason=key[0], remedy=key[1])
        if item.subject in gap.subjects or len(gap.subjects) < _SUBJECTS:
            gap.subjects[item.subject] = gap.subjects.get(item.subject, 0) + 1
        else:
            gap.more += 1
