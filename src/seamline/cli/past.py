"""`seamline history`, `diff`, `accept` and `rollback`: what becomes of runs and findings."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from seamline.cli.options import PROJECT


@click.command(short_help="The runs of this project, newest first.")
@PROJECT
@click.option(
    "--most",
    "-n",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="So many runs, newest first.",
)
def history(project: Path, most: int) -> None:
    """List the runs of this project, newest first."""
    from seamline.report.past import runs
    from seamline.workflow.past import history_of, printed

    printed(lambda page: runs(history_of(project).runs(most), page), sys.stdout)


@click.command(short_help="What is new, fixed and still there between two runs.")
@click.argument("before", required=False)
@click.argument("after", required=False)
@PROJECT
def diff(before: str | None, after: str | None, project: Path) -> None:
    """What two runs differ in: new findings, fixed ones, those still there.

    BEFORE and AFTER are numbers of `seamline history`, or `last`; the last two runs without them.
    """
    from seamline.workflow.past import compared, printed

    printed(compared(project, before, after), sys.stdout)


@click.command(short_help="Let a finding stay for a while, with a reason and a last day.")
@click.argument("finding")
@PROJECT
@click.option("--reason", required=True, help="Why it may stay.")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which it may.",
)
def accept(finding: str, project: Path, reason: str, until: datetime) -> None:
    """Accept a finding of the last run for a while: it is told, and fails the gate no more.

    It is written into seamline.accepted.json, to be reviewed like code. FINDING is its id.
    """
    from seamline.workflow.past import accept_finding

    click.echo(accept_finding(project, finding, reason, until.date()))


@click.command(short_help="Put back the spec files of the last run that passed.")
@PROJECT
@click.option("--to", "run", default="", help="To this run, by its number.  [default: the last]")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
def rollback(project: Path, run: str, yes: bool) -> int:
    """Put back the spec files of the last run in which everything passed.

    Shows what would change and asks first. The present files are kept. Exit code 1: not carried out.
    """
    from seamline.workflow.past import rollback_of

    back = rollback_of(project, run)
    if not back.texts:
        click.echo(f"the spec files are those of {back.origin} already")
        return 0
    click.echo(back.diff)
    if not yes and not click.confirm(f"Put back the files of {back.origin}?"):
        click.echo("nothing was changed")
        return 1
    kept = back.carry_out()
    names = ", ".join(sorted(back.texts))
    click.echo(f"{names} of {back.origin} put back; what was there is kept in {kept}")
    return 0
