"""`seamline task`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seamline.cli.options import PROJECT


@click.command(short_help="Carry out a work order: run, write its artifacts, tick its list.")
@click.argument("order", type=click.Path(path_type=Path, dir_okay=False))
@PROJECT
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the paths of the order start.  [default: its folder]",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A workflow's JSON file that gets task_id, status and next_task; its other keys stay.",
)
@click.option("--quiet", "-q", is_flag=True, help="Print the last lines only.")
def task(order: Path, project: Path, root: Path | None, state: Path | None, quiet: bool) -> int:
    """Carry out a work order: run all, write its artifacts where it says, tick its checklist.

    ORDER is a Markdown file. A run that fails is tried up to three times (or as [escalation] says), then
    escalated to the owners whom the order names. Exit code: 0 all passed, 1 it did not.
    """
    from seamline.spec.order import load_order
    from seamline.workflow.artifacts import load_job
    from seamline.workflow.task import carry_out_task

    wanted = load_order(order)
    job = load_job(project, parts=("api", "database"), transactions=True)
    where = root if root is not None else order.resolve().parent
    return carry_out_task(wanted, job, sys.stdout, root=where, state=state, quiet=quiet)
