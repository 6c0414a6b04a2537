"""Carry out one case: mark, request, answer, changed rows, judge, undo."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from seamline.checks import CHECKS, judge
from seamline.data.finding import finding_of
from seamline.errors import SeamlineError, SpecError, UndoImpossible
from seamline.model.case import Case, RequestTemplate, Step
from seamline.model.exchange import NOT_JSON, Exchange, Request, Response
from seamline.model.finding import Finding
from seamline.model.row import RowChange
from seamline.model.statement import SqlStatement
from seamline.model.vocabulary import SAFE_METHODS
from seamline.run.allow import tolerated
from seamline.run.evidence import with_evidence
from seamline.run.observe import RESTRUCTURED, observed
from seamline.run.owner import owner_of
from seamline.run.patience import NOT_TESTED, is_limited
from seamline.run.renew import fresh, renewed, token_expired
from seamline.run.request import build
from seamline.run.session import After, Answers, Before, Session
from seamline.run.watch import begun, parted
from seamline.spec.reference import NothingThere, references_in, resolve
from seamline.system.identity import Credentials, malformed, missing
from seamline.system.token import forged

_ALL = tuple(CHECKS.values())
_STATEMENTS = 1000
"""So many statements of a request are kept."""


class Outcome(msgspec.Struct, kw_only=True):
    """What running a case gave.

    `error` says why the case could not be carried out (its findings then say nothing);
    `stale` why the target is no clean base any more and must be built anew.
    """

    case: Case
    exchanges: list[Exchange]
    findings: list[Finding]
    checks: dict[str, int]
    abstained: dict[str, str]
    error: str = ""
    stale: str = ""
    put_back: int | None = None
    notes: list[str] = []


async def run_case(
    session: Session, case: Case, before: Before | None = None, after: After | None = None
) -> Outcome:
    """Run a case on a clean base and leave a clean base, or say in `stale` that it is not."""
    outcome = Outcome(case=case, exchanges=[], findings=[], checks={}, abstained={})
    try:
        await _carry_out(session, case, outcome, before)
        if after is not None and outcome.exchanges:
            outcome.exchanges[-1] = await after(outcome.exchanges[-1])
        await _judge_rows(session, outcome)
    except BaseException:
        if session.target.process is None and session.target.capture is not None:
            # Somebody's own database: no fresh clone will come in its place.
            with suppress(SeamlineError):
                await session.target.capture.undo()
        raise
    if outcome.findings:
        outcome.findings = [
            with_evidence(f, outcome.exchanges, session.redactor) for f in outcome.findings
        ]
    await _put_back(session, outcome)
    return outcome


async def _carry_out(session: Session, case: Case, outcome: Outcome, before: Before | None) -> None:
    """Send and judge step by step; what a step cannot be made of ends the case with an error."""
    answers = Answers(session, os.environ)
    try:
        wanted = list(rows_wanted(session, case.steps))
        if wanted:
            await answers.prepare(wanted)
        for number, step in enumerate(case.steps):
            if _hangs_on_refused(step, case, outcome.exchanges):
                break
            if before is not None:
                await before(number)
            exchange = await _send(session, case, number, step, answers, tuple(outcome.exchanges))
            outcome.exchanges.append(exchange)
            judge_exchange(session, exchange, outcome)
            if not _may_go_on(step, exchange):
                break
    except NothingThere as exc:
        if not _is_derived(case):
            outcome.error = session.redactor.text(str(exc))
        else:  # a probe asked for what this system does not answer with: nothing to test
            outcome.notes.append(f"not all of it was sent: {session.redactor.text(str(exc))}")
    except SpecError as exc:
        outcome.error = session.redactor.text(str(exc))


def _is_derived(case: Case) -> bool:
    return any(step.twist is not None for step in case.steps)


def rows_wanted(
    session: Session, steps: Sequence[Step]
) -> Iterator[tuple[str, dict[str, Any], int]]:
    """The rows that references of these steps name: table, condition, how many."""
    for step in steps:
        if not _has_references(step.request):
            continue
        for reference in references_in(msgspec.structs.asdict(step.request)):
            if reference.kind == "row":
                yield reference.table, dict(reference.where), reference.index + 1
            elif reference.kind == "identity":
                if reference.identity not in session.rules.identity_rows:
                    raise SpecError(
                        f"$identity: identities.{reference.identity} names no `row` in seamline.toml"
                    )
                table, where = session.rules.identity_rows[reference.identity]
                yield table, dict(where), 1


async def _send(
    session: Session,
    case: Case,
    number: int,
    step: Step,
    answers: Answers,
    earlier: tuple[Exchange, ...],
) -> Exchange:
    request = await request_of(session, step, answers)
    owner = None
    if step.twist is not None and step.twist.scenario == "foreignObjectProtected":
        named = resolve_template(step, answers)
        owner = await owner_of(session, step.operation, named.path, named.json)
    sent = await _asked(session, request)
    tries = 0
    while (
        sent.response is not None
        and is_limited(sent.response.status, step.status)
        and not sent.changes
    ):
        if not await session.patience.wait(sent.response, tries):
            break
        tries += 1
        sent = await _asked(session, request, sent.notes)
    if token_expired(session, case, step, sent.response):
        is_new, said = await renewed(session, step.identity, first=number == 0)
        if is_new:
            request = _request(session, step, answers, session.credentials(step.identity))
            sent = await _asked(session, request, sent.notes + said)
        else:
            sent.notes += said
    if sent.response is not None:
        document = None if sent.response.json is NOT_JSON else sent.response.json
        answers.keep(step.label, document, sent.response.headers)
    heard, more = await _statements(session)
    background = session.rules.background
    sql, others = parted(heard, background) if heard is not None else (None, ())
    exchange = Exchange(
        case=case.id,
        kind=case.kind,
        step=number,
        label=step.label,
        operation=step.operation,
        identity=step.identity,
        credentials=step.credentials,
        expected=step.status,
        request=request,
        response=sent.response,
        failure=sent.failure,
        changes=sent.changes,
        notes=sent.notes + more,
        duration_ms=sent.took_ms,
        twist=step.twist,
        earlier=earlier,
        owner=owner,
        sql=sql,
        unclaimed=begun(others, background),
        answered_ms=sent.answered_ms,
    )
    exchange = await _with_scans(session, exchange)
    return await _with_standing(session, exchange, step, answers)


class _Sent(msgspec.Struct):
    """What came of a request that was sent once; `answered_ms` is on the clock of the statements."""

    response: Response | None
    failure: str
    took_ms: float
    answered_ms: float
    changes: tuple[RowChange, ...] | None
    notes: tuple[str, ...]


async def _asked(session: Session, request: Request, notes: tuple[str, ...] = ()) -> _Sent:
    """Send it and see what it did, without the statements of what came before (another try, a login)."""
    tap = session.target.tap
    if tap is not None:
        tap.forget()
    response, failure, took = await session.target.client.send(request)
    answered = time.perf_counter() * 1000
    if tap is not None:
        tap.read_on()
    changes, more = await observed(session)
    return _Sent(response, failure, took, answered, changes, notes + more)


async def _with_scans(session: Session, x: Exchange) -> Exchange:
    """The exchange with what its statements read row by row, where that can be asked."""
    scaled, catalog = session.rules.scaled, session.target.catalog
    if not x.sql or not x.succeeded or x.twist is not None or scaled is None or catalog is None:
        return x
    if "noSequentialScan" not in session.rules.context(x.operation).validations:
        return x
    return msgspec.structs.replace(x, scans=await scaled.scans(x.sql, catalog))


async def request_of(session: Session, step: Step, answers: Answers) -> Request:
    """The request that a step comes to now: references resolved, with its identity's credentials."""
    credentials = await _credentials(session, step, answers)
    return _request(session, step, answers, credentials)


async def _with_standing(session: Session, x: Exchange, step: Step, answers: Answers) -> Exchange:
    """The exchange with the rows that its answer is held against, where `reconcile` speaks of it."""
    asking, database = session.rules.standings, session.target.database
    if asking is None or database is None or not session.rules.judge_api:
        return x
    if not asking.of(x.operation):
        return x
    context = session.rules.context(x.operation)
    if not x.succeeded or "answerEqualsRows" not in context.validations:
        return x
    path = resolve_template(step, answers).path
    standing = await asking.after(database, x, context, path, session.rules.noise)
    return msgspec.structs.replace(x, standing=standing)


async def _credentials(session: Session, step: Step, answers: Answers) -> Credentials:
    """What the step's identity brings, spoiled in the way that the step says."""
    credentials = session.credentials(step.identity)
    match step.credentials:
        case "valid":
            return credentials
        case "missing":
            return missing(credentials)
        case "malformed":
            return malformed(credentials)
        case "fresh":
            if step.identity not in answers.logins:
                answers.logins[step.identity] = await fresh(session, step.identity)
            return answers.logins[step.identity]
    return forged(credentials, step.credentials, session.target.signing)


def _request(session: Session, step: Step, answers: Answers, credentials: Credentials) -> Request:
    known = session.rules.context(step.operation).operation
    own = known.base_path if known is not None else None
    return build(
        step.operation,
        resolve_template(step, answers),
        credentials.headers_for(step.operation.partition(" ")[0]),
        session.target.base_path if own is None or session.target.fixed_path else own,
        credentials.query,
        known,
    )


def resolve_template(step: Step, answers: Answers) -> RequestTemplate:
    """The step's template with every reference replaced by its value."""
    template = step.request
    if not _has_references(template):
        return template
    return msgspec.structs.replace(
        template,
        path=resolve(template.path, answers),
        query=resolve(template.query, answers),
        headers=resolve(template.headers, answers),
        cookies=resolve(template.cookies, answers),
        json=template.json if template.json is msgspec.UNSET else resolve(template.json, answers),
        form=None if template.form is None else resolve(template.form, answers),
    )


def _has_references(template: RequestTemplate) -> bool:
    """False only where no value can be one: most requests are plain, and each is asked this."""
    parts = (template.path, template.query, template.headers, template.cookies, template.form)
    for part in parts:
        if part and any(isinstance(v, dict | list) for v in part.values()):
            return True
    return isinstance(template.json, dict | list)


async def _statements(session: Session) -> tuple[tuple[SqlStatement, ...] | None, tuple[str, ...]]:
    """What the system sent to its database meanwhile, and what is to be said of it."""
    tap = session.target.tap
    if tap is None:
        return None, ()
    sql, left_out = await tap.take(_STATEMENTS)
    return sql, (f"{left_out} more SQL statements are not shown",) if left_out else ()


def _may_go_on(step: Step, exchange: Exchange) -> bool:
    """Whether a next step still means something: this one answered, and as the case expects."""
    return exchange.response is not None and (not step.status or exchange.status in step.status)


def _hangs_on_refused(step: Step, case: Case, sent: Sequence[Exchange]) -> bool:
    """Whether a step needs the answer of a derived request, which the system may refuse and has refused."""
    refused = {
        s.label for s, x in zip(case.steps, sent, strict=False) if s.twist and not x.succeeded
    }
    if not refused or not _has_references(step.request):
        return False
    written = references_in(msgspec.structs.asdict(step.request))
    return any(r.kind == "from" and r.label in refused for r in written)


def judge_exchange(session: Session, exchange: Exchange, outcome: Outcome) -> None:
    """Apply every check that applies to an exchange; findings, counts and abstentions go to `outcome`."""
    if not session.rules.judge_api:
        return
    context = session.rules.context(exchange.operation)
    allowances = session.rules.allowances.get(exchange.operation, ())
    only = outcome.case.validations
    limited = is_limited(exchange.status, exchange.expected)
    if only is not None:
        # A check that leaves a fault to another must know that the other is left out.
        context = msgspec.structs.replace(context, validations=context.validations & only)
    for check in session.rules.checks.get(exchange.operation, _ALL):
        name = check.name
        if (only is not None and name not in only) or not check.applies(exchange, context):
            continue
        findings, abstained = ([], NOT_TESTED) if limited else judge(check, exchange, context)
        if abstained:
            outcome.abstained[name] = abstained
        else:
            outcome.checks[name] = outcome.checks.get(name, 0) + 1
        outcome.findings += (tolerated(f, allowances, session.rules.today) for f in findings)


async def _judge_rows(session: Session, outcome: Outcome) -> None:
    rows, database = session.rules.rows, session.target.database
    changes = [c for x in outcome.exchanges for c in x.changes or ()]
    if rows is None or database is None or not changes:
        return
    notes = [n for x in outcome.exchanges for n in x.notes]
    same_structure = not any(n.startswith(RESTRUCTURED) for n in notes)
    for result in await rows.broken(database, changes, same_structure=same_structure):
        outcome.findings.append(
            finding_of(
                result,
                case=outcome.case.id,
                step=len(outcome.exchanges) - 1,
                subject=outcome.case.subject,
                redact=session.redactor.row,
            )
        )


async def _put_back(session: Session, outcome: Outcome) -> None:
    capture, process = session.target.capture, session.target.process
    if process is not None and process.exit_code is not None:
        outcome.stale = f"the system ended (exit {process.exit_code})"
    elif any(x.response is None for x in outcome.exchanges):
        # It may be ending, hanging or half dead: nothing after this may be blamed on it.
        outcome.stale = "the system did not answer"
    # A target of our own is thrown away when it is stale; rows of somebody else's are put back.
    thrown_away = outcome.stale and process is not None
    if capture is None or thrown_away or not _may_have_written(outcome):
        return
    try:
        outcome.put_back = await capture.undo()
    except UndoImpossible as exc:
        outcome.stale = session.redactor.text(str(exc))


def _may_have_written(outcome: Outcome) -> bool:
    """Safe requests that changed no row need no undo; others may have moved a sequence, a login did more."""
    return any(
        x.changes or x.notes or x.request.method not in SAFE_METHODS or x.credentials == "fresh"
        for x in outcome.exchanges
    )
