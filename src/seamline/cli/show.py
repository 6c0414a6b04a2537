"""Short commands: `seamline schema`, `seamline checks`, `seamline mark`."""

from __future__ import annotations

from typing import Literal

import click


@click.command(short_help="The JSON Schema of a spec file, for editors.")
@click.argument("file", type=click.Choice(["endpoints", "data", "project"]))
def schema(file: Literal["endpoints", "data", "project"]) -> None:
    """Print the JSON Schema of a spec file, for editors."""
    import msgspec

    from seamline.spec.schema import export

    click.echo(msgspec.json.format(msgspec.json.encode(export(file)), indent=2).decode())


@click.command(short_help="Every check with its severity and source.")
def checks() -> None:
    """List every check with its severity, what it says and where the rule comes from."""
    from seamline.checks import CHECKS, Check
    from seamline.explore.faults.judge import TRIAL_CHECKS, SweepCheck

    known: list[Check | SweepCheck] = [*CHECKS.values(), *TRIAL_CHECKS.values()]
    for check in known:
        click.echo(
            f"{check.name}  ({check.severity})\n    {check.text}\n    Source: {check.source}\n"
        )


@click.command(short_help="Mark a database as one for tests, so that it may be written to.")
@click.argument("url")
def mark(url: str) -> None:
    """Mark a database as one for tests, so that Seamline may write to it.

    The mark is bound to this server and this database: a copy does not carry it along.
    """
    from seamline.workflow.mark import mark_database

    click.echo(mark_database(url))
