"""A project's history, bound to a database of its own on the prepared server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import partial

from seamline.engines.protocol import Address, Server
from seamline.migrations.history import History
from seamline.migrations.stock import stocked
from seamline.migrations.walk import Leg
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


class Legs:
    """Makes the legs of walks, each on a fresh database."""

    def __init__(self, setup: Setup, server: Server, tool: MigrationsTool) -> None:
        self._setup = setup
        self._server = server
        self._tool = tool
        self._count = 0

    @asynccontextmanager
    async def leg(self) -> AsyncIterator[Leg]:
        """A leg; its database and its process are gone at the end."""
        self._count += 1
        server, database = self._server, self._setup.project.database
        extensions = database.extensions if database is not None else ()
        address = await server.create(f"seam_walk_{self._count}", extensions)
        try:
            async with (
                server.open(address) as opened,
                stocked(opened, partial(server.writer, address)) as stock,
                self._history(address) as history,
            ):
                yield Leg(history=history, database=opened, stock=stock)
        finally:
            await server.drop(address.name)

    def _history(self, address: Address) -> AbstractAsyncContextManager[History]:
        setup = self._setup
        project = setup.project
        if (name := self._tool.folder) is not None:
            files = read_folder(project.path(name), name)
            return nullcontext(SqlHistory(files, self._server, address))
        lookup = setup.values.lookup(port=free_port(), address=address)
        env, cwd = fill_all(project.system.env, lookup), project.path(project.system.cwd)
        folder, started = setup.workspace.folder, setup.workspace.record
        if self._tool.kind == "command":
            shell = Shell(lookup=lookup, env=env, cwd=cwd, folder=folder, started=started)
            return command_history(self._tool, shell)
        is_django = self._tool.kind == "django"
        history = django_history if is_django else alembic_history
        return history(
            self._tool.config or ("manage.py" if is_django else "alembic.ini"),
            address,
            python=self._tool.python,
            env=env,
            cwd=cwd,
            log=folder / "walk.log",
            started=started,
        )
