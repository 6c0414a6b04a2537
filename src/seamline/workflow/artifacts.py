"""A run with its reporters: what is asked for goes in, the artifacts of the work order come out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from seamline.errors import SpecError, UsageError
from seamline.model.case import Case
from seamline.model.finding import Finding
from seamline.model.vocabulary import MIGRATION_CHECKS, TRANSACTION_CHECKS, Part
from seamline.report import Reporter
from seamline.report.plan import show_plan
from seamline.run.rules import Files
from seamline.spec import (
    DATA,
    ENDPOINTS,
    PROJECT,
    find_spec,
    load_data,
    load_endpoints,
    load_project,
)
from seamline.spec.accepted import Acceptance, load_accepted
from seamline.spec.data import DataFramework
from seamline.spec.project import Project
from seamline.workflow.changed import Changed, changed_since
from seamline.workflow.history import HistoryReporter, history_path, texts_of
from seamline.workflow.job import Job
from seamline.workflow.plan import planned
from seamline.workflow.reported import RECORD, made, reported, run_to_end
from seamline.workflow.run import Run
from seamline.workflow.select import known_checks, parts_of, seconds
from seamline.workflow.steady import Steady


def load_job(
    toml: Path,
    *,
    parts: tuple[Part, ...],
    operation: tuple[str, ...] = (),
    case: tuple[str, ...] = (),
    seed: int = 0,
    derive: bool = True,
    check: tuple[str, ...] = (),
    time: str | None = None,
    since: str | None = None,
    walk: bool = True,
    only_walk: bool = False,
    transactions: bool = False,
    only_transactions: bool = False,
    deep: bool = False,
) -> Job:
    """Read the three files. Raises `SpecError` with every problem of all of them.

    The rest says which cases are asked for; raises `UsageError` for what is not known.
    """
    checks = known_checks(check)
    time_s = seconds(time) if time is not None else None
    parts = parts_of(checks, parts)
    project = load_project(toml)
    folder = project.path(project.paths.specs)
    endpoints_path = find_spec(folder, ENDPOINTS)
    if endpoints_path is None:
        raise UsageError(
            f"no {ENDPOINTS}.json (or .yaml) in {folder}. The smallest one that runs:\n"
            '  {"endpoint": "/health", "method": "GET", "expectedStatus": 200}'
        )
    problems: list[str] = []
    data_path = find_spec(folder, DATA)
    data = DataFramework()
    try:
        endpoints = load_endpoints(endpoints_path, project.identities)
    except SpecError as exc:
        problems += exc.problems
    try:
        data = load_data(data_path) if data_path is not None else data
    except SpecError as exc:
        problems += exc.problems
    accepted: tuple[Acceptance, ...] = ()
    try:
        accepted = load_accepted(project.folder).accepted
    except SpecError as exc:
        problems += exc.problems
    if problems:
        raise SpecError(problems)
    files = Files(
        project=project,
        endpoints=endpoints,
        data=data,
        data_label=data_path.name if data_path is not None else DATA,
        data_file=data_path,
        endpoints_file=endpoints_path,
    )
    changed = changed_since(project, since) if since is not None else None
    return Job(
        files=files,
        parts=parts,
        select=_selection(operation, case),
        seed=seed,
        derive=derive,
        checks=checks,
        time_s=time_s,
        changed=changed,
        accepted=accepted,
        selected=_in_words(
            operation, case, checks, time, changed, _only(only_walk, only_transactions)
        ),
        walk=only_walk
        or (
            walk
            and not only_transactions
            and "database" in parts
            and not (operation or case)
            and (changed is None or changed.operations is None)
            and (not checks or bool(checks.intersection(MIGRATION_CHECKS)))
        ),
        only_walk=only_walk,
        transactions=(transactions or only_transactions)
        and "database" in parts
        and (not checks or bool(checks.intersection(TRANSACTION_CHECKS))),
        only_transactions=only_transactions,
        deep=deep,
    )


def _only(walk: bool, transactions: bool) -> str:
    return "migrations" if walk else "transactions" if transactions else ""


def _in_words(
    operation: tuple[str, ...],
    case: tuple[str, ...],
    checks: frozenset[str],
    time: str | None,
    changed: Changed | None,
    only: str,
) -> str:
    said = [only] if only else []
    said += [f"operation {', '.join(operation)}"] if operation else []
    said += [f"case {', '.join(case)}"] if case else []
    said += [f"checks {', '.join(sorted(checks))}"] if checks else []
    said += [f"{time} of time, widest first"] if time is not None else []
    if changed is not None:
        said.append(changed.why if changed.operations is not None else f"all, as {changed.why}")
    return "; ".join(said)


def _selection(operation: tuple[str, ...], case: tuple[str, ...]) -> Callable[[Case], bool]:
    """Cases about one of the operations, or of one of the ids (with those derived from them)."""

    def keep(one: Case) -> bool:
        if operation and not any(o in (one.subject, one.subject.split(" ")[1]) for o in operation):
            return False
        return not case or one.id in case or one.id.partition("~")[0] in case

    return keep


def carry_out(
    job: Job,
    stream: TextIO,
    *,
    reports: Path | None = None,
    quiet: bool = False,
    earlier: Sequence[dict[str, Finding]] = (),
    also: Sequence[Reporter] = (),
) -> int:
    """Run the job, write the artifacts, print the summary; the exit code.

    `earlier` are what attempts before this one have found: what does not fail each time is unstable.
    Raises the `SeamlineError` that ended the run early, after all has been written.
    """
    folder = reports_folder(job.project, reports)
    kept = HistoryReporter(history_path(job.project), texts_of(job.project), is_whole=job.is_whole)
    return reported(
        lambda emit: Run(job, emit, Steady(earlier)).execute(),
        folder,
        stream,
        quiet=quiet,
        specs=(job.files.endpoints_file or folder, job.files.data_file or folder),
        also=[*also, kept] if job.keep else also,
    )


def print_plan(job: Job, stream: TextIO) -> int:
    """Print what a run of the job would do; the exit code."""
    plan, abilities = run_to_end(planned(msgspec.structs.replace(job, keep=False)))
    show_plan(plan, abilities, stream, min(shutil.get_terminal_size().columns, 120))
    return 0


def record_of(folder: Path, reports: Path | None = None) -> Path:
    """The record of the last run: in `reports`, else where the project's toml says, else in the folder
    or its `integration`, as for runs without a toml. Raises `UsageError` where there is none."""
    toml = folder / PROJECT if folder.is_dir() else folder
    if reports is not None:
        places = [reports]
    elif toml.is_file():
        project = load_project(toml)
        places = [project.path(project.paths.reports)]
    else:
        places = [folder, folder / "integration"]
    found = [place / RECORD for place in places if (place / RECORD).is_file()]
    if not found:
        raise UsageError(
            f"no record of a run in {' or '.join(map(str, places))}: its folder is named by --reports"
        )
    return found[0]


def reports_folder(project: Project, other: Path | None = None) -> Path:
    """The folder of what a run writes, made where it is missing."""
    return made(other or project.path(project.paths.reports))
