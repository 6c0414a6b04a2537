"""Send cases to one version over one schema, and say of each whether it went well."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from seamline.checks.status_as_expected import name_of
from seamline.errors import SeamlineError
from seamline.model.case import Case
from seamline.model.exchange import Exchange
from seamline.run.case import Outcome, run_case
from seamline.run.plan import Planner
from seamline.run.rules import Files, Judging, judging
from seamline.run.session import Session, Target
from seamline.run.setup import Setup

TIME_IS_UP = "the time of --time was up"
KINDS = frozenset({"positive", "sequence", "credentials"})
_OF_ANSWERS = frozenset({"responseSchema", "contentType"})
"""What a client relies on beside the status. Rows are not judged: those of the other schema are others."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """How a case went. `fault` says what was wrong at `step`, '' for nothing; `is_server` that the
    system itself failed; `error` why nothing is known."""

    case: Case
    exchanges: tuple[Exchange, ...] = ()
    step: int = 0
    fault: str = ""
    is_server: bool = False
    error: str = ""

    @property
    def went_well(self) -> bool:
        """Whether every step was sent and answered as the case expects."""
        return not self.fault and not self.error


class Bench(msgspec.Struct, kw_only=True):
    """A setting of a comparison: a version over a schema, and the cases that `select` keeps of its own.

    With `borrowed` they are another version's, and only those of operations that the document has are sent.
    None is sent after the moment `until` (of the monotonic clock).
    """

    setup: Setup
    files: Files
    select: Callable[[Case], bool]
    borrowed: bool = False
    cases: tuple[Case, ...] | None = None
    until: float = math.inf

    @asynccontextmanager
    async def session(self) -> AsyncIterator[tuple[Session, AsyncExitStack]]:
        """A fresh system, ready for cases; the stack holds it, so that another may take its place."""
        async with AsyncExitStack() as stack:
            target = await stack.enter_async_context(self.setup.target(quiet=True))
            judged = await self._judging(target)
            if self.cases is None:
                self.cases = self._planned(judged)
            rules, redactor = judged.rules, self.setup.redactor
            yield Session(target=target, rules=rules, redactor=redactor), stack

    async def _judging(self, target: Target) -> Judging:
        return await judging(self.files, target, self.setup.document, ("api",), _OF_ANSWERS)

    def _planned(self, judged: Judging) -> tuple[Case, ...]:
        project = self.files.project
        plan = Planner(
            self.files.endpoints,
            judged.operations,
            {name: identity.role for name, identity in project.identities.items()},
            has_document=self.setup.document is not None,
        ).plan()
        known = judged.operations
        return tuple(
            msgspec.structs.replace(
                case,
                validations=_OF_ANSWERS
                if case.validations is None
                else case.validations & _OF_ANSWERS,
            )
            for case in plan.cases
            if case.kind in KINDS
            and self.select(case)
            and (not self.borrowed or all(step.operation in known for step in case.steps))
        )


async def tried(bench: Bench, cases: Sequence[Case] | None = None) -> dict[str, Trial]:
    """All cases of the bench, or these, one after the other; by id.

    Raises `SeamlineError` where the system does not start, or nobody can log in.
    """
    found: dict[str, Trial] = {}
    async with bench.session() as (session, stack):
        wanted = (bench.cases or ()) if cases is None else cases
        for case in wanted:
            if time.monotonic() > bench.until:
                found[case.id] = Trial(case=case, error=TIME_IS_UP)
                continue
            outcome, error = await _one(session, case)
            found[case.id] = judged_by_itself(case, outcome, error)
            if (outcome is None or outcome.stale) and case is not wanted[-1]:
                await stack.aclose()
                target = bench.setup.target(quiet=True)
                session.target = await stack.enter_async_context(target)
    return found


async def alone(bench: Bench, case: Case) -> Trial | None:
    """One case on a system of its own; None where that could not be had."""
    try:
        return (await tried(bench, [case]))[case.id]
    except SeamlineError:
        return None


async def _one(session: Session, case: Case) -> tuple[Outcome | None, str]:
    try:
        return await run_case(session, case), ""
    except SeamlineError as exc:
        return None, session.redactor.text(str(exc))


def judged_by_itself(case: Case, outcome: Outcome | None, error: str = "") -> Trial:
    """The first step that was not answered as it should be."""
    if outcome is None or outcome.error:
        return Trial(case=case, error=error or (outcome.error if outcome is not None else ""))
    sent = tuple(outcome.exchanges)
    wrong: Mapping[int, str] = {
        f.step: f.title
        for f in outcome.findings
        if f.severity == "error" and f.check in _OF_ANSWERS
    }
    for x in sent:
        fault = _fault(x) or wrong.get(x.step, "")
        if fault:
            return Trial(
                case=case, exchanges=sent, step=x.step, fault=fault, is_server=is_server(x)
            )
    if len(sent) < len(case.steps):
        return Trial(case=case, exchanges=sent, error="not all of its steps could be sent")
    return Trial(case=case, exchanges=sent)


def is_server(x: Exchange) -> bool:
    """Whether the system itself failed: 5xx, or no answer at all."""
    return x.response is None or x.status >= 500


def _fault(x: Exchange) -> str:
    if x.response is None:
        return "no answer"
    if x.expected and x.status in x.expected:
        return ""
    if is_server(x) or x.expected:
        return name_of(x.status)
    # A case that expects nothing: what the other schema makes of it is compared, not judged.
    return ""
