"""`seamline cases` and `seamline pin`: what a run sends, and keeping some of it for good."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seamline.cli.options import PROJECT


@click.command(short_help="Every case that a run would send, and why it exists.")
@click.argument("operation", nargs=-1)
@PROJECT
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the request.")
def cases(operation: tuple[str, ...], project: Path, as_json: bool) -> None:
    """List every case that a run would send and why it exists; sends none of them.

    OPERATION is one such as 'POST /orders', or its path; all without it.
    """
    import shutil

    from seamline.report.cases import show_cases, write_cases
    from seamline.workflow.artifacts import load_job
    from seamline.workflow.plan import planned
    from seamline.workflow.reported import run_to_end

    job = load_job(project, parts=("api", "database"), operation=operation)
    plan, _ = run_to_end(planned(job))
    if as_json:
        # Buffered whatever PYTHONUNBUFFERED says: an unbuffered text stream loses what a full pipe refuses.
        with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:
            write_cases(plan.cases, out)
    else:
        show_cases(plan.cases, sys.stdout, min(shutil.get_terminal_size().columns, 120))


@click.command(short_help="Write a derived case into the spec file, to be kept and edited.")
@click.argument("case")
@PROJECT
@click.option("--status", type=int, help="What it expects.  [default: as the last run saw it]")
def pin(case: str, project: Path, status: int | None) -> None:
    """Write a derived case into the spec file, to be kept and edited.

    CASE is its id, as `seamline cases` lists it.
    """
    from seamline.workflow.artifacts import load_job, reports_folder
    from seamline.workflow.pin import pin as write
    from seamline.workflow.plan import planned
    from seamline.workflow.reported import RECORD, run_to_end

    job = load_job(project, parts=("api", "database"))
    plan, _ = run_to_end(planned(job))
    record = reports_folder(job.project) / RECORD
    path = write(job, {c.id: c for c in plan.cases}, case, status, record)
    click.echo(f"{case} stands in {path} now")
