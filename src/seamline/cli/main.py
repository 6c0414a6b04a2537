"""The `seamline` command."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from seamline import __version__
from seamline.cli.cases import cases, pin
from seamline.cli.finding import replay, show
from seamline.cli.init import init
from seamline.cli.past import accept, diff, history, rollback
from seamline.cli.run import run
from seamline.cli.show import checks, mark, schema
from seamline.cli.task import task
from seamline.errors import SeamlineError, SpecError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="seamline")
def cli() -> None:
    """Test a web API together with its database: every answer, every row, judged together."""


_COMMANDS = (
    init,
    run,
    cases,
    pin,
    show,
    replay,
    accept,
    diff,
    history,
    rollback,
    task,
    checks,
    schema,
    mark,
)
for command in _COMMANDS:
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and leave with its exit code.

    An error that its user can mend is printed without a traceback; anything else is our bug:
    a traceback and exit code 4.
    """
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as exc:
        exc.show()
        code = 2
    except SpecError as exc:
        for problem in exc.problems:
            click.echo(problem, err=True)
        code = exc.exit_code
    except SeamlineError as exc:
        click.echo(f"seamline: {exc}", err=True)
        code = exc.exit_code
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("seamline: this is a bug of Seamline; please report the lines above", err=True)
        code = 4
    sys.exit(code if isinstance(code, int) else 0)
