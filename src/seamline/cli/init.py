"""`seamline init`."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command(short_help="Look at a system, and write seamline.toml and both spec files.")
@click.option(
    "--project",
    "-p",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder of the system.  [default: here]",
)
@click.option("--url", help="Where the system already runs; without it Seamline starts it.")
@click.option(
    "--update",
    is_flag=True,
    help="Merge what is new into the spec files that are there; no edit is lost.",
)
def init(project: Path, url: str | None, update: bool) -> int:
    """Look at a system and write seamline.toml and both spec files.

    Reads the folder, starts the system once on a private database, reads its OpenAPI document and its
    tables. A seamline.toml that is there is used as it is; spec files only with --update.

    Exit code: 0 written, 2 usage or spec error, 3 system or database unreachable.
    """
    from seamline.workflow.init import initialize

    def progress(operation: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[Ktrying {operation[:60]}\r", nl=False, err=True)

    return initialize(project, url, update=update, say=click.echo, progress=progress)
