"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

PROJECT = click.option(
    "--project",
    "-p",
    type=click.Path(path_type=Path),
    default=Path(),
    help="Folder of seamline.toml, or the file itself.  [default: here]",
)
