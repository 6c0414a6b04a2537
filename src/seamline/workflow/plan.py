"""The plan of a run, and what the project lets Seamline do, without sending a case."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from seamline.migrations.bind import not_walked
from seamline.model.case import Case, NotCovered, Plan
from seamline.openapi.document import Document
from seamline.openapi.security import schemes
from seamline.report.plan import Abilities
from seamline.run.contract import not_compared, untried
from seamline.run.derived import with_bases, with_derived
from seamline.run.plan import Planner
from seamline.run.probe import World, not_probed
from seamline.run.rules import Judging, judging
from seamline.run.session import Target
from seamline.run.setup import Setup, prepared
from seamline.spec.data import PreviousRelease
from seamline.spec.project import Project
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor
from seamline.workflow.derived import edits_of
from seamline.workflow.job import Job
from seamline.workflow.rollout import previous_of
from seamline.workflow.select import judged_by, widest_first
from seamline.workflow.transactions import impossible

_NO_LOGIN = {
    "openIdConnect": "this version does not log in by OpenID Connect",
    "mutualTLS": "this version sends no client certificates",
}


def plan_of(job: Job, judged: Judging, document: Document | None) -> Plan:
    """The selected cases of a job, in order, and what could not be planned."""
    plan = _own(job, judged, document)
    if document is not None and job.derive and "api" in job.parts:
        plan = _with_derived(job, judged, document, plan)
    if document is not None:
        missing = (*_logins(document, judged), *not_compared(judged.ambiguous))
        plan = msgspec.structs.replace(
            plan,
            not_covered=(*plan.not_covered, *missing),
            untried=tuple(untried(judged.rules.contexts, plan.cases)),
        )
    return _selected(job, plan)


def own_cases(job: Job, judged: Judging, document: Document | None) -> tuple[Case, ...]:
    """The selected cases of the spec file, whatever check is asked for."""
    cases = tuple(c for c in _own(job, judged, document).cases if job.select(c))
    touched = job.changed.operations if job.changed is not None else None
    return cases if touched is None else tuple(c for c in cases if c.subject in touched)


def _own(job: Job, judged: Judging, document: Document | None) -> Plan:
    return Planner(
        job.files.endpoints,
        judged.operations,
        {name: identity.role for name, identity in job.project.identities.items()},
        has_document=document is not None,
    ).plan(job.seed)


def _selected(job: Job, plan: Plan) -> Plan:
    """The cases that were asked for, in the order that the time asks for."""
    wanted = () if job.only_transactions else plan.cases
    cases = judged_by([c for c in wanted if job.select(c)], job.checks)
    missing: tuple[NotCovered, ...] = ()
    if job.changed is not None and job.changed.operations is not None:
        touched = job.changed.operations
        kept = tuple(c for c in cases if touched.intersection((c.subject, *_sent(c))))
        reason = f"not tested again: {job.changed.why}"
        left = {c.subject for c in cases} - {c.subject for c in kept}
        missing = tuple(NotCovered(subject=key, reason=reason) for key in sorted(left))
        cases = kept
    if job.time_s is not None:
        cases = widest_first(cases)
    return msgspec.structs.replace(plan, cases=cases, not_covered=(*plan.not_covered, *missing))


def _sent(case: Case) -> tuple[str, ...]:
    return tuple(step.operation for step in case.steps)


def _logins(document: Document, judged: Judging) -> Iterator[NotCovered]:
    """Security schemes by which nobody can be logged in."""
    used = {name for o in judged.operations.values() for names in o.security for name in names}
    for name, kind in schemes(document).items():
        if name in used and kind in _NO_LOGIN:
            yield NotCovered(
                subject=f"security scheme {name}",
                reason=f"{kind}: {_NO_LOGIN[kind]}",
                remedy="give [identities] a header with a token, or a login request",
            )


def _with_derived(job: Job, judged: Judging, document: Document, plan: Plan) -> Plan:
    project = job.project
    edits, missing = edits_of(
        project.path(project.paths.specs), document, judged.operations, keep=job.keep
    )
    world = World(
        operations=judged.operations,
        contexts=judged.rules.contexts,
        catalog=judged.rules.fallback.catalog,
        document=document,
        roles={name: identity.role for name, identity in project.identities.items()},
        rows=frozenset(judged.rules.identity_rows),
        people={n: table for n, (table, _) in judged.rules.identity_rows.items()},
        logins=frozenset(
            name
            for name, identity in project.identities.items()
            if identity.login is not None or identity.oauth2 is not None
        ),
        claims=judged.claims,
        signs=project.tokens is not None and not judged.no_signing,
        no_signing=judged.no_signing,
    )
    unprobed = not_probed(with_bases(world, plan.cases))
    return msgspec.structs.replace(
        plan,
        cases=with_derived(plan.cases, edits, world),
        not_covered=(*plan.not_covered, *missing, *unprobed),
    )


async def planned(job: Job) -> tuple[Plan, Abilities]:
    """Start the system as a run would, read its document, and plan."""
    redactor = Redactor()
    if job.only_walk:
        return Plan(cases=()), _walk_alone(job)
    with workspace() as space:
        async with (
            prepared(job.project, space, redactor, lambda event: None) as setup,
            setup.target() as target,
        ):
            judged = await judging(job.files, target, setup.document, job.parts, job.checks)
            plan = plan_of(job, judged, setup.document)
            return plan, abilities(setup, target, previous_of(job))


def abilities(setup: Setup, target: Target, previous: PreviousRelease | None) -> Abilities:
    """What can be tested of this project, and why the rest cannot."""
    document = setup.document
    rows = "yes" if target.capture is not None else "no: no [database] in seamline.toml"
    confirm = "yes: alone, on a fresh clone with a freshly started system"
    if not setup.can_clone:
        confirm = "no: the system is not started by Seamline; errors stay unconfirmed"
    return Abilities(
        answers="yes" if document is not None else "status and rows only: no OpenAPI document",
        rows=rows,
        confirm=confirm,
        faults=_faults(setup),
        migrations=_walk(setup.project),
        beside=_beside(setup, previous),
    )


def _faults(setup: Setup) -> str:
    why = impossible(setup)
    return f"no: {why}" if why else "each writing operation, statement by statement"


def _walk(project: Project) -> str:
    why = not_walked(project)
    return f"no walk: {why}" if why else "each revision up, down, and up again, on rows"


def _walk_alone(job: Job) -> Abilities:
    """What a run of the migrations alone does."""
    left_out = "not asked for"
    again = "yes: by a second walk on fresh databases"
    return Abilities(
        answers=left_out,
        rows=left_out,
        confirm=again,
        faults=left_out,
        migrations=_walk(job.project),
        beside=left_out,
    )


def _beside(setup: Setup, previous: PreviousRelease | None) -> str:
    if previous is None:
        return "no: migrations.previous of the data file names no release, or it is not asked for"
    if not setup.can_clone:
        return "no: the system is not started by Seamline"
    return f"yes: {previous.ref} beside the present version, where a migration differs"
