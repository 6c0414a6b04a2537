"""`seamline show` and `seamline replay`: one finding of the last run."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seamline.cli.options import PROJECT

_REPORTS = click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of what the run wrote.  [default: as [paths] says]",
)


@click.command(short_help="One finding of the last run, in full.")
@click.argument("finding")
@PROJECT
@_REPORTS
def show(finding: str, project: Path, reports: Path | None) -> None:
    """Show one finding of the last run: requests, answers, rows before and after, why it is wrong.

    FINDING is its id or any unique beginning of it.
    """
    import shutil

    from seamline.report.detail import show as print_finding
    from seamline.workflow.artifacts import record_of
    from seamline.workflow.replay import find

    width = min(shutil.get_terminal_size().columns, 120)
    print_finding(find(record_of(project, reports), finding), sys.stdout, width)


@click.command(short_help="Send a finding's case again: does it still fail?")
@click.argument("finding")
@PROJECT
@_REPORTS
@click.option(
    "--url", metavar="URL", help="Of `run data --url`: the database's URL with its password."
)
@click.option(
    "--files",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Of `run data --files`: the folder.  [default: that of the run]",
)
@click.option(
    "--framework",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Of `run data --url` or `--files`: the data file.  [default: the project's]",
)
def replay(
    finding: str,
    project: Path,
    reports: Path | None,
    url: str | None,
    files: Path | None,
    framework: Path | None,
) -> int:
    """Send a finding's case again, alone, to a fresh system: does it still fail?

    A finding of `run data --url` or `--files` is looked up in the same rows again, read only.

    Exit code: 0 fixed, 1 still fails.
    """
    import shutil

    from seamline.report.detail import show as print_finding
    from seamline.workflow.artifacts import load_job, record_of
    from seamline.workflow.replay import find, replay_rows, source_of
    from seamline.workflow.replay import replay as try_again
    from seamline.workflow.reported import run_to_end
    from seamline.workflow.source import rows_again

    record = record_of(project, reports)
    wanted = find(record, finding)
    if source := source_of(record):
        rows = rows_again(project, source, url=url, files=files, framework=framework)
        again = run_to_end(replay_rows(rows, wanted))
    elif url is not None or files is not None or framework is not None:
        raise click.UsageError("--url, --files and --framework are for findings of rows alone")
    else:
        job = load_job(project, parts=("api", "database"))
        again = run_to_end(try_again(job, wanted, lambda event: None))
    if again.finding is not None:
        width = min(shutil.get_terminal_size().columns, 120)
        print_finding(again.finding, sys.stdout, width, came_again=True)
    click.echo(f"{wanted.id} {again.outcome}")
    return 0 if again.finding is None else 1
