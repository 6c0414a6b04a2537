"""Bring an empty database to the state that cases start from: the system's own migrations, then the seed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from seamline.engines.protocol import Address, Server
from seamline.errors import SpecError
from seamline.rows.load import load
from seamline.rows.maker import in_words
from seamline.run.values import Values
from seamline.spec.project import MigrationsTool, Project, SeedCommand
from seamline.spec.sql_folder import read_folder
from seamline.system.process import free_port, run_to_end
from seamline.system.template import fill, fill_all

_ROWS = 12
"""Rows per table of `seed = "auto"`: enough for a second page, few enough to read."""

Started = Callable[[int], None]


async def migrate(
    project: Project, server: Server, address: Address, values: Values, log: Path, started: Started
) -> str:
    """Apply the migrations; what was run, in words. Raises `TargetError` with the tool's last lines."""
    database = project.database
    tool = database.migrations if database is not None else None
    if tool is None:
        return "none"
    if tool.folder is not None:
        folder = read_folder(project.path(tool.folder), tool.folder)
        for revision in folder.revisions:
            up = revision.up
            await server.run_script(address, up.text, revision.file, atomic=up.atomic)
        return f"{tool.folder}: {len(folder.revisions)} revisions of {folder.tool}"
    if tool.kind == "sql":
        await _scripts(project, server, address, tool.files)
        return ", ".join(tool.files)
    command = _command(tool)
    await _tool(project, address, values, log, started, command, "the migrations")
    return " ".join(command)


async def seed(
    project: Project, server: Server, address: Address, values: Values, log: Path, started: Started
) -> str:
    """Fill the database; what was run, in words."""
    wanted = project.database.seed if project.database is not None else None
    if wanted is None:
        return "none"
    if wanted == "auto":
        return await _made_rows(server, address)
    if isinstance(wanted, SeedCommand):
        await _tool(project, address, values, log, started, wanted.command, "the seed command")
        return " ".join(wanted.command)
    await _scripts(project, server, address, wanted)
    return ", ".join(wanted)


async def _made_rows(server: Server, address: Address) -> str:
    """Plausible rows from the catalog, the same in each run."""
    async with server.open(address) as database:
        catalog = await database.catalog()
    async with server.writer(address, catalog) as writer:
        made = await load(writer, catalog, _ROWS)
    return "auto: " + in_words(made)


def _command(tool: MigrationsTool) -> tuple[str, ...]:
    if tool.kind == "alembic":
        # Heads: of one head the same, of several all; that there is only one is checked by itself.
        runs = ("alembic",) if tool.python is None else (tool.python, "-m", "alembic")
        return (*runs, "-c", tool.config or "alembic.ini", "upgrade", "heads")
    if tool.kind == "django":
        return (tool.python or "python", tool.config or "manage.py", "migrate", "--noinput")
    if not tool.command:
        raise SpecError('seamline.toml: database.migrations: kind = "command" needs `command`')
    return tool.command


async def _tool(
    project: Project,
    address: Address,
    values: Values,
    log: Path,
    started: Started,
    command: tuple[str, ...],
    what: str,
) -> None:
    # The system's environment may name a port; a tool that is no server gets one that nobody uses.
    lookup = values.lookup(port=free_port(), address=address)
    await run_to_end(
        [fill(part, lookup) for part in command],
        env=fill_all(project.system.env, lookup),
        cwd=project.path(project.system.cwd),
        log=log,
        started=started,
        what=what,
    )


async def _scripts(
    project: Project, server: Server, address: Address, files: tuple[str, ...]
) -> None:
    for name in files:
        path = project.path(name)
        try:
            text = path.read_text("utf-8-sig")
        except OSError as exc:
            raise SpecError(f"seamline.toml: {name}: {exc.strerror}") from None
        except UnicodeDecodeError as exc:
            raise SpecError(f"{name}: not UTF-8: {exc}") from None
        await server.run_script(address, text, name)
