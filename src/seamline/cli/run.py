"""`seamline run`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_PARTS = ("api", "database", "data")


@click.command()
@click.argument("part", type=click.Choice(_PARTS), required=False)
@click.option(
    "--project",
    "-p",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder of seamline.toml, or the file itself.  [default: here]",
)
@click.option(
    "--operation", "-o", multiple=True, help="Only cases of this operation ('POST /orders')."
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
@click.option("--plan", is_flag=True, help="Show what would run and what cannot, and send nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Print the last lines only.")
def run(
    part: str | None,
    project: Path,
    operation: tuple[str, ...],
    case: tuple[str, ...],
    seed: int,
    reports: Path | None,
    derive: bool,
    plan: bool,
    quiet: bool,
) -> int:
    """Start the system, send every case, judge answers and rows, write the artifacts.

    PART is api (answers and rows of requests) or database (checks of the rows); both without it.

    Exit code: 0 clean, 1 findings, 2 usage or spec error, 3 system or database unreachable,
    4 a bug of Seamline, 130 interrupted.
    """
    from seamline.workflow.artifacts import carry_out, load_job, print_plan

    parts = {None: ("api", "database"), "api": ("api",)}.get(part, ("database",))
    job = load_job(
        project,
        parts=parts,  # type: ignore[arg-type] # the words are those of click's choice
        operation=operation,
        case=case,
        seed=seed,
        derive=derive,
    )
    if plan:
        return print_plan(job, sys.stdout)
    return carry_out(job, sys.stdout, reports=reports, quiet=quiet)
