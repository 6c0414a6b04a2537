"""A project's history, bound to a database of its own on the prepared server."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial

from seamline.engines.protocol import Address, Server
from seamline.migrations.history import History
from seamline.migrations.leg import Legs
from seamline.migrations.with_alembic import alembic_history
from seamline.migrations.with_command import Shell, command_history
from seamline.migrations.with_django import django_history
from seamline.migrations.with_sql import SqlHistory
from seamline.run.setup import Setup
from seamline.spec.project import MigrationsTool, Project
from seamline.spec.sql_folder import read_folder
from seamline.system.process import free_port
from seamline.system.template import fill_all

_NOT_YET = {
    "command": "a command that migrates says nothing of single revisions: name `revisions`, `up` and `down`",
    "sql": "a list of SQL files has no way down: name the folder of a tool's migrations",
}


def not_walked(project: Project) -> str:
    """Why the project's migrations cannot be walked; empty where they can."""
    tool = project.database.migrations if project.database is not None else None
    if tool is None:
        return "no migrations are named in seamline.toml"
    if tool.kind in ("alembic", "django") or tool.up or tool.folder is not None:
        return ""
    return _NOT_YET[tool.kind]


def legs_of(setup: Setup, server: Server, tool: MigrationsTool) -> Legs:
    """The legs of walks through the project's history."""
    database = setup.project.database
    extensions = database.extensions if database is not None else ()
    return Legs(server, partial(_history, setup, server, tool), "seam_walk", extensions)


def _history(
    setup: Setup, server: Server, tool: MigrationsTool, address: Address
) -> AbstractAsyncContextManager[History]:
    project = setup.project
    if (name := tool.folder) is not None:
        files = read_folder(project.path(name), name)
        return nullcontext(SqlHistory(files, server, address))
    lookup = setup.values.lookup(port=free_port(), address=address)
    env, cwd = fill_all(project.system.env, lookup), project.path(project.system.cwd)
    folder, started = setup.workspace.folder, setup.workspace.record
    if tool.kind == "command":
        shell = Shell(lookup=lookup, env=env, cwd=cwd, folder=folder, started=started)
        return command_history(tool, shell)
    is_django = tool.kind == "django"
    history = django_history if is_django else alembic_history
    return history(
        tool.config or ("manage.py" if is_django else "alembic.ini"),
        address,
        python=tool.python,
        env=env,
        cwd=cwd,
        log=folder / "walk.log",
        started=started,
    )
