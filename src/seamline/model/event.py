"""The only output of a run: NDJSON of these structs is the file, every report derives from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from seamline.model.case import NotCovered
from seamline.model.finding import Finding
from seamline.model.vocabulary import CaseKind, Part, Rollout, Side
from seamline.model.worked import Blocks

EndReason = Literal["completed", "interrupted", "failed"]


class _Event(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="event"):
    at: float


class RunStarted(_Event, frozen=True, kw_only=True):
    """First event: what is tested, with what. `engine` is empty where there is no database.

    `selected` says what part of the cases was asked for; empty: all. `source` is what rows were read
    from where that is all there was: a URL without its password, or a folder of files.
    """

    seamline: str
    project: str
    system: str
    document: str
    engine: str
    seed: int
    cases: int
    operations: tuple[str, ...]
    tables: int
    parts: tuple[Part, ...]
    selected: str = ""
    source: str = ""


class StageFinished(_Event, frozen=True, kw_only=True):
    """One stage of the preparation (server, migrations, seed, start, logins): what happened, how long."""

    stage: str
    detail: str
    seconds: float
    ok: bool = True


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One exchange of a case in brief.

    `rows` counts changes as `table: {op: n}` and is None where rows were not captured.
    """

    operation: str
    identity: str
    credentials: str
    status: int
    ms: float
    rows: dict[str, dict[str, int]] | None = None


class CaseFinished(_Event, frozen=True, kw_only=True):
    """A case has been sent and judged.

    `checks` counts, per check, how often it applied; `abstained` says why a check could not judge.
    `put_back` is the number of rows that undoing the case touched, None where nothing was captured.
    """

    case: str
    subject: str
    kind: CaseKind
    steps: tuple[StepRecord, ...]
    checks: dict[str, int]
    abstained: dict[str, str]
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    put_back: int | None = None


class DataChecked(_Event, frozen=True, kw_only=True):
    """One check of a table's rows has been evaluated, over the whole table or over changed rows.

    `proven` names the constraint that makes a query needless; `rows` counts the rows looked at and
    `violations` those that break the check, `tolerated` those that may.
    """

    table: str
    check: str
    label: str
    scope: Literal["table", "changes"] = "table"
    proven: str = ""
    rows: int = 0
    violations: int = 0
    tolerated: int = 0
    error: str = ""
    finding: Finding | None = None


class DocumentChecked(_Event, frozen=True, kw_only=True):
    """The OpenAPI document itself has been judged, once a run: its faults as findings of `documentSound`."""

    document: str
    findings: tuple[Finding, ...] = ()


class ContractCompared(_Event, frozen=True, kw_only=True):
    """The document has been held against the catalog, once a run: what no request can try, as remarks."""

    findings: tuple[Finding, ...] = ()


class RevisionChecked(_Event, frozen=True, kw_only=True):
    """One revision has been tried on rows: up, down, and up again.

    `down` is `none` where there is no way down, for the reason that stands in the notes. `equal` and
    `rows_kept` are None where they could not be judged; `rows` is how many stood before. `ms` holds the
    time of up, down and up again, as far as it came.
    """

    revision: str
    message: str
    file: str
    up: Literal["done", "failed"]
    down: Literal["done", "failed", "none"] = "none"
    equal: bool | None = None
    rows_kept: bool | None = None
    rows: int = 0
    ms: tuple[float, ...] = ()
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class RevisionMeasured(_Event, frozen=True, kw_only=True):
    """One revision has been applied to tables that are full, and what it did to them is known.

    `rows` is how many the fullest table held that it touched, 0 where it touched none that stood before.
    `locks` are the strongest it took, `ACCESS EXCLUSIVE on orders`, worst first; `blocks` says what nobody
    else could do meanwhile, `rewritten` names tables with new files. `ms` is how long it took.
    """

    revision: str
    rows: int = 0
    ms: float = 0.0
    locks: tuple[str, ...] = ()
    blocks: Blocks = "nothing"
    rewritten: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class HistoryChecked(_Event, frozen=True, kw_only=True):
    """The history of migrations as a whole has been judged: its heads, a second run, models, what was
    known of it from the last run. `tool` keeps it, `checks` are those that applied."""

    tool: str
    revisions: int
    heads: tuple[str, ...]
    seconds: float
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class RolloutChecked(_Event, frozen=True, kw_only=True):
    """An operation of the previous release over the present schema, and of the present one over that
    release's schema. `cases` were sent to find out; the findings have been tried again already."""

    operation: str
    old_on_new: Side
    new_on_old: Side
    verdict: Rollout
    cases: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


class RolloutFinished(_Event, frozen=True, kw_only=True):
    """Both versions have been run side by side; `error` says why they could not be.

    `changes` is in what the two schemas differ, a line each; `files` are the project's files that are
    others than the release's. `idle` says why there was nothing to compare.
    """

    ref: str
    commit: str = ""
    verdict: Rollout
    seconds: float
    changes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    idle: str = ""
    error: str = ""


class SweepFinished(_Event, frozen=True, kw_only=True):
    """An accepted write has been sent with a fault at one of its statements, and then at another.

    `case` is the one sent. `statements` is how many it sends undisturbed, `struck` at how many of these
    something failed, `faults` how many were tried in all, `requests` what that took. `unchanged`,
    `complete` and `torn` count what became of the rows: as before, as undisturbed, and anything else.
    `reason` says why nothing was tried; `notes` what was left out.
    """

    operation: str
    case: str
    statements: int = 0
    struck: int = 0
    faults: int = 0
    requests: int = 0
    unchanged: int = 0
    complete: int = 0
    torn: int = 0
    seconds: float = 0.0
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


class PairExplored(_Event, frozen=True, kw_only=True):
    """Two requests have been sent at once, their statements let go in one order after another.

    `first` and `second` are their operations, `what` says in which way they meet, `tables` where.
    `schedules` were run, with up to so many `preemptions`; `left` more were within these but not run.
    `outcomes` counts how differently they ended, `refused` how often one request was refused for the
    other's sake. `reason` says why nothing was tried.
    """

    first: str
    second: str
    what: str
    tables: tuple[str, ...] = ()
    schedules: int = 0
    preemptions: int = 0
    left: int = 0
    outcomes: int = 0
    refused: int = 0
    seconds: float = 0.0
    checks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()


class FindingConfirmed(_Event, frozen=True, kw_only=True):
    """A finding has been tried again alone on a fresh clone with a freshly started system."""

    finding: Finding


class Errored(_Event, frozen=True, kw_only=True):
    """A case could not be carried out or judged; nothing is known about it."""

    subject: str
    case: str
    message: str
    is_bug: bool = False


class Skipped(_Event, frozen=True, kw_only=True):
    """Something that this run did not test, and why."""

    item: NotCovered


class AcceptancesJudged(_Event, frozen=True, kw_only=True):
    """What came of the findings that a person has accepted, a line each for those that want a look."""

    accepted: int
    expired: tuple[str, ...] = ()
    unneeded: tuple[str, ...] = ()


class RunFinished(_Event, frozen=True, kw_only=True):
    """Always the last event.

    `exit_code` is what the command returns; `passed` says per part why it did not pass, or nothing.
    """

    reason: EndReason
    exit_code: int
    seconds: float
    message: str = ""
    passed: dict[Part, str] = {}


Event = (
    RunStarted
    | StageFinished
    | CaseFinished
    | DataChecked
    | DocumentChecked
    | ContractCompared
    | RevisionChecked
    | RevisionMeasured
    | HistoryChecked
    | RolloutChecked
    | RolloutFinished
    | SweepFinished
    | PairExplored
    | FindingConfirmed
    | Errored
    | Skipped
    | AcceptancesJudged
    | RunFinished
)


_WithFindings = (
    CaseFinished
    | DocumentChecked
    | ContractCompared
    | RevisionChecked
    | RevisionMeasured
    | HistoryChecked
    | RolloutChecked
    | RolloutFinished
    | SweepFinished
    | PairExplored
)
_WithFinding = DataChecked | FindingConfirmed


def findings_of(event: Event) -> tuple[Finding, ...]:
    """The findings that an event carries; a later event of the same finding says its verdict."""
    if isinstance(event, _WithFindings):
        return event.findings
    if isinstance(event, _WithFinding) and event.finding is not None:
        return (event.finding,)
    return ()


def with_findings(event: Event, change: Callable[[Finding], Finding]) -> Event:
    """The event with each of its findings changed."""
    if isinstance(event, _WithFindings) and event.findings:
        findings = tuple(change(f) for f in event.findings)
        return msgspec.structs.replace(event, findings=findings)
    if isinstance(event, _WithFinding) and event.finding is not None:
        return msgspec.structs.replace(event, finding=change(event.finding))
    return event
