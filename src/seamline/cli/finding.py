"""`seamline show` and `seamline replay`: one finding of the last run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click


def _options(command: Any) -> Any:
    project = click.option(
        "--project",
        "-p",
        type=click.Path(path_type=Path),
        default=Path(),
        help="Folder of seamline.toml, or the file itself.  [default: here]",
    )
    reports = click.option(
        "--reports",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of what the run wrote.  [default: as [paths] says]",
    )
    return project(reports(command))


@click.command()
@click.argument("finding")
@_options
def show(finding: str, project: Path, reports: Path | None) -> None:
    """Show one finding of the last run: requests, answers, rows before and after, why it is wrong.

    FINDING is its id or any unique beginning of it.
    """
    import shutil

    from seamline.report.detail import show as print_finding
    from seamline.spec import load_project
    from seamline.workflow.artifacts import reports_folder
    from seamline.workflow.replay import find
    from seamline.workflow.reported import RECORD

    record = reports_folder(load_project(project), reports) / RECORD
    width = min(shutil.get_terminal_size().columns, 120)
    print_finding(find(record, finding), sys.stdout, width)


@click.command()
@click.argument("finding")
@_options
def replay(finding: str, project: Path, reports: Path | None) -> int:
    """Send a finding's case again, alone, to a fresh system: does it still fail?

    Exit code: 0 fixed, 1 still fails.
    """
    import shutil

    from seamline.report.detail import show as print_finding
    from seamline.workflow.artifacts import load_job, reports_folder
    from seamline.workflow.replay import find
    from seamline.workflow.replay import replay as try_again
    from seamline.workflow.reported import RECORD, run_to_end

    job = load_job(project, parts=("api", "database"))
    wanted = find(reports_folder(job.project, reports) / RECORD, finding)
    again = run_to_end(try_again(job, wanted, lambda event: None))
    if again.finding is not None:
        print_finding(again.finding, sys.stdout, min(shutil.get_terminal_size().columns, 120))
    click.echo(f"{wanted.id} {again.outcome}")
    return 0 if again.finding is None else 1
