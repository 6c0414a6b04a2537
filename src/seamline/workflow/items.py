"""The cases of a plan one at a time, in whatever order they are asked for: items of a test runner."""

from __future__ import annotations

import io
import shlex
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import msgspec

from seamline.confirm.fresh import confirm
from seamline.data.evaluate import whole
from seamline.data.rule import Rule
from seamline.model.case import Case
from seamline.model.event import DataChecked
from seamline.model.finding import Finding
from seamline.report.detail import show
from seamline.run.case import Outcome
from seamline.run.learn import learn
from seamline.run.rules import Judging, judging
from seamline.run.sound import document_findings
from seamline.run.vitals import Vitals
from seamline.seam import Ground
from seamline.text.plain import one_line
from seamline.workflow.accepted import Acceptances
from seamline.workflow.cases import Listener, Sender
from seamline.workflow.job import Job
from seamline.workflow.plan import plan_of
from seamline.workflow.rows import checked

_T = TypeVar("_T")
_WIDTH = 100
_NAME = 200
LEFT_OUT = "each derived case of this operation costs a fresh start of the system, and some had one"


class Judged(msgspec.Struct, kw_only=True):
    """How an item ended: what makes it fail, in full, and what is only told, a line each."""

    failures: list[str] = []
    told: list[str] = []
    skipped: str = ""


class Item(msgspec.Struct, frozen=True):
    """One thing to be judged: `group` is the operation or table, `name` tells it apart there, `kind` is that
    of a case, or `table`, `document`."""

    group: str
    name: str
    kind: str
    judge: Callable[[], Judged]


class Items:
    """The items of a job on one ground: cases, rules of whole tables, the document.

    What a run does before its first case (learn what is noise, look at all tables) is done before the
    first item, and what looks wrong is sent again alone, as in a run.
    """

    def __init__(self, job: Job, ground: Ground) -> None:
        self._job = job
        self._ground = ground
        self._acceptances = Acceptances(job.accepted, datetime.now(UTC).date())
        self._vitals = Vitals()
        self._sender: Sender | None = None
        self._tables: dict[tuple[str, str, str], DataChecked] = {}
        self._broken_before: set[str] = set()
        self._confirmed: set[str] = set()
        self._tries = 0
        self._position = 0
        self._outcome: Outcome | None = None
        self._error = ""

    def collect(self) -> None:
        """Plan. Raises the `SeamlineError` that says why it cannot be done."""
        self._ground.call(self._collect())

    async def _collect(self) -> None:
        job, ground = self._job, self._ground
        document = ground.setup.document
        self._judged = await judging(job.files, ground.target, document, job.parts, job.checks)
        plan = plan_of(job, self._judged, document)
        self._cases: Mapping[str, Case] = {case.id: case for case in plan.cases}
        found = document_findings(document, self._judged) if document is not None else ()
        self._document: tuple[Finding, ...] = (*found, *plan.untried)

    def all(self) -> Iterator[Item]:
        """Every item, in the order of the plan; their names are the same for the same files and system."""
        for case in self._cases.values():
            yield Item(case.subject, case.id, case.kind, partial(self._now, self._send, case))
        has_rows = "database" in self._job.parts and self._ground.target.database is not None
        for rule in self._judged.rows if has_rows else ():
            if not rule.proven:  # the database itself sees to the others
                name = one_line(f"{rule.check}: {rule.label}", _NAME)
                yield Item(rule.table.name, name, "table", partial(self._now, self._look, rule))
        if self._ground.setup.document is not None and "api" in self._job.parts:
            yield Item("document", "sound", "document", self._read)

    def _now(self, judge: Callable[[_T], Coroutine[Any, Any, Judged]], what: _T) -> Judged:
        return self._ground.call(judge(what))

    def _read(self) -> Judged:
        """Say what is wrong with the document."""
        judged = Judged()
        for finding in self._document:
            self._add(judged, finding)
        return judged

    async def _begun(self) -> Sender:
        if self._sender is None:
            self._sender = await self._begin(self._judged)
        return self._sender

    async def _begin(self, judged: Judging) -> Sender:
        ground, session = self._ground, self._ground.session
        await ground.ready()
        session.rules = judged.rules
        await learn(session, self._job.project, tuple(self._cases.values()), self._vitals)
        database = session.target.database
        if database is not None and "database" in self._job.parts:
            async with database.snapshot(self._job.project.limits.data_check_s) as snapshot:
                async for result in whole(snapshot, judged.rows, wide=snapshot):
                    if judged.rules.rows is not None:
                        judged.rules.rows.baseline(result)
                    event = checked(result, ground.redactor, self._job.files.data_file)
                    if event.finding is not None:
                        self._broken_before.add(event.finding.fingerprint)
                    self._tables[_key(result.rule)] = event
        listener = Listener(
            finished=self._finished, errored=self._errored, skipped=lambda item: None
        )
        sender = Sender(ground.setup, ground.stack, session, self._vitals, listener)
        await sender.begin()
        return sender

    def _finished(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def _errored(self, case: Case, message: str, is_bug: bool) -> None:
        self._error = self._ground.redactor.text(message)

    async def _send(self, case: Case) -> Judged:
        sender = await self._begun()
        await self._ground.ready()
        self._outcome, self._error = None, ""
        self._position += 1
        await sender.send_one(self._position, case)
        if self._error:
            return Judged(failures=[f"the case could not be carried out: {self._error}"])
        if self._outcome is None:
            return Judged(skipped=LEFT_OUT)
        judged = Judged()
        found = [f for f in self._outcome.findings if f.fingerprint not in self._broken_before]
        for finding in await self._believed(case, found):
            self._add(judged, finding)
        return judged

    async def _believed(self, case: Case, found: list[Finding]) -> list[Finding]:
        """The findings with their verdicts: what would fail the item is sent again alone."""
        known = [
            msgspec.structs.replace(f, verdict="confirmed")
            if f.fingerprint in self._confirmed
            else f
            for f in found
        ]
        wanted = [f for f in known if f.verdict == "unconfirmed" and self._matters(f)]
        limits = self._job.project.limits
        if not wanted or self._tries >= limits.confirm or not self._ground.setup.can_clone:
            return known
        self._tries += 1
        await self._make_room()
        again = {
            f.fingerprint: f
            async for f in confirm(
                self._ground.setup, self._ground.session.rules, wanted, {case.id: case}, 1
            )
        }
        self._confirmed |= {k for k, f in again.items() if f.verdict == "confirmed"}
        return [again.get(f.fingerprint, f) for f in known]

    async def _make_room(self) -> None:
        """Where the system has but one port, it ends before another one starts."""
        if self._job.project.system.port is not None:
            await self._ground.stack.aclose()
            self._ground.spoil()

    async def _look(self, rule: Rule) -> Judged:
        await self._begun()
        event = self._tables[_key(rule)]
        judged = Judged()
        if event.error:
            judged.failures.append(f"the check could not be evaluated: {event.error}")
        if event.finding is not None:
            self._add(judged, event.finding)
        return judged

    def _matters(self, finding: Finding) -> bool:
        fails = finding.severity in self._job.project.gate.fail_on
        return fails and not self._acceptances.tolerates(finding)

    def _add(self, judged: Judged, finding: Finding) -> None:
        line = f"{finding.id} {finding.severity}: {finding.subject}: {finding.title}"
        if self._matters(finding) and finding.verdict != "unstable":
            judged.failures.append(f"{line}\n\n{self._shown(finding)}")
        elif finding.verdict == "unstable":
            judged.told.append(f"{line} (unstable: it did not come again)")
        elif self._acceptances.tolerates(finding):
            judged.told.append(f"{line} (accepted)")
        else:
            judged.told.append(line)

    def _shown(self, finding: Finding) -> str:
        folder = shlex.quote(str(self._job.project.folder))
        what = f"--check {finding.check}"
        if finding.case:
            what = f"--case {shlex.quote(finding.case)}"
        text = io.StringIO()
        show(finding, text, _WIDTH, f"seamline run --project {folder} {what}")
        return text.getvalue()


def _key(rule: Rule) -> tuple[str, str, str]:
    return rule.table.name, rule.check, rule.label
