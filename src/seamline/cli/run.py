"""`seamline run`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seamline.cli.options import PROJECT

_PARTS = ("api", "database", "data", "transactions", "migrations")


@click.command(short_help="Start the system, send every case, judge, write the artifacts.")
@click.argument("part", type=click.Choice(_PARTS), required=False)
@PROJECT
@click.option(
    "--operation", "-o", multiple=True, help="Only cases of this operation ('POST /orders')."
)
@click.option("--check", multiple=True, metavar="NAME", help="Only this check judges.")
@click.option(
    "--changed-since",
    metavar="REF",
    help="Only operations that a change since this commit may touch; all where that is not plain.",
)
@click.option(
    "--time",
    metavar="TIME",
    help="Send cases for so long (90s, 2m, 1h), one of every operation before another of any.",
)
@click.option("--case", "-c", multiple=True, help="Only this case, by its id.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of everything random.")
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of what the run writes.  [default: as [paths] says]",
)
@click.option(
    "--derive/--no-derive",
    default=True,
    help="With the cases that follow from the document, or only those of the spec file.",
)
@click.option(
    "--transactions/--no-transactions",
    default=True,
    help="With or without transactions: statements that fail, two requests at once.",
)
@click.option(
    "--deep",
    is_flag=True,
    help="Of transactions: every statement fails in every way; the system is killed.",
)
@click.option(
    "--url",
    metavar="URL",
    help="With `data`: check the rows of this database. Only reads; no toml and no mark needed.",
)
@click.option(
    "--files",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="With `data`: check Parquet and CSV files; orders.parquet is the table orders.",
)
@click.option(
    "--framework",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="With --url or --files: the data file.  [default: the project's]",
)
@click.option(
    "--attempts",
    type=click.IntRange(1, 10),
    help="Try a failing run so often, each time from fresh.  [default: 1, or as [escalation] says]",
)
@click.option(
    "--plan",
    is_flag=True,
    help="Show what would run and what cannot. Starts the system and logs in; sends no case.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the last lines only.")
def run(
    part: str | None,
    project: Path,
    operation: tuple[str, ...],
    check: tuple[str, ...],
    changed_since: str | None,
    time: str | None,
    case: tuple[str, ...],
    seed: int,
    reports: Path | None,
    derive: bool,
    transactions: bool,
    deep: bool,
    url: str | None,
    files: Path | None,
    framework: Path | None,
    attempts: int | None,
    plan: bool,
    quiet: bool,
) -> int:
    """Start the system, send every case, judge answers and rows, write the artifacts.

    PART is api (answers and rows of requests), database (checks of the rows, transactions, migrations), data
    (only checks of the rows), transactions (only statements that fail, and two requests at once) or
    migrations (only those, without the system); all without it.

    Exit code: 0 clean, 1 findings, 2 usage or spec error, 3 system or database unreachable,
    4 a bug of Seamline, 130 interrupted.
    """
    if url is not None or files is not None:
        if part != "data" or (url is not None and files is not None):
            raise click.UsageError("--url or --files go with `seamline run data`, one of them")
        if operation or case or changed_since or time or plan:
            raise click.UsageError(
                "with --url or --files no requests are sent: only --check selects"
            )
        return _rows_only(project, url, files, framework, reports, check, quiet=quiet)
    if framework is not None:
        raise click.UsageError("--framework goes with --url or --files")

    from seamline.workflow.artifacts import carry_out, load_job, print_plan

    parts = {None: ("api", "database"), "api": ("api",)}.get(part, ("database",))
    job = load_job(
        project,
        parts=parts,  # type: ignore[arg-type] # the words are those of click's choice
        operation=operation,
        case=case,
        seed=seed,
        derive=derive,
        check=check,
        time=time,
        since=changed_since,
        walk=part != "data",
        only_walk=part == "migrations",
        transactions=transactions and part != "data",
        only_transactions=part == "transactions",
        deep=deep,
    )
    if job.changed is not None and job.changed.operations == frozenset():
        click.echo(f"nothing to test: {job.changed.why}")
        return 0
    if plan:
        return print_plan(job, sys.stdout)
    escalation = job.project.escalation
    most = attempts or (escalation.attempts if escalation is not None else 1)
    if most > 1:
        from seamline.workflow.escalate import carry_out_attempts

        return carry_out_attempts(job, sys.stdout, most=most, reports=reports, quiet=quiet)
    return carry_out(job, sys.stdout, reports=reports, quiet=quiet)


def _rows_only(
    project: Path,
    url: str | None,
    files: Path | None,
    framework: Path | None,
    reports: Path | None,
    check: tuple[str, ...],
    *,
    quiet: bool,
) -> int:
    from seamline.workflow.data import carry_out_data, load_data_job

    checks: frozenset[str] = frozenset()
    if check:  # it knows of documents too, which take their time to load
        from seamline.workflow.select import known_checks

        checks = known_checks(check)
    job = load_data_job(
        project,
        url=url,
        files=files,
        framework=framework,
        reports=reports,
        checks=checks,
    )
    return carry_out_data(job, sys.stdout, quiet=quiet)
