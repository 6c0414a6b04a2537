"""Histories written for a test, and walks through them on a real server."""

from __future__ import annotations

import secrets
import sys
import textwrap
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

from seamline.engines.protocol import Address, Server
from seamline.migrations.hazard.measure import Hazards, Limits
from seamline.migrations.history import History
from seamline.migrations.leg import Bind, Legs
from seamline.migrations.walk import Policy, Walk
from seamline.migrations.with_alembic import alembic_history
from seamline.migrations.with_django import django_history
from seamline.migrations.with_sql import SqlHistory
from seamline.model.event import (
    HistoryChecked,
    RevisionChecked,
    RevisionMeasured,
    Skipped,
    findings_of,
)
from seamline.model.finding import Finding
from seamline.spec.sql_folder import read_folder

INI = "[alembic]\nscript_location = %(here)s/migrations\npath_separator = os\n"
SYNC = """
import os
from alembic import context
from sqlalchemy import MetaData, create_engine, pool

url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection, target_metadata=METADATA)
    with context.begin_transaction():
        context.run_migrations()
"""
ASYNC = """
import asyncio, os
from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine

def run(connection):
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    async with create_async_engine(url, poolclass=pool.NullPool).connect() as connection:
        await connection.run_sync(run)

asyncio.run(main())
"""


class Step(NamedTuple):
    """One revision: SQL, or Python where it starts with `op.` or `raise` or `with`."""

    up: str
    down: str | None = ""
    on: str | tuple[str, ...] | None = ""
    labels: tuple[str, ...] | None = None


def write(
    folder: Path,
    steps: Mapping[str, Step],
    *,
    env: str = SYNC,
    metadata: str = "None",
) -> Path:
    """An Alembic environment with these revisions, each on the one before unless it says otherwise."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    (folder / "alembic.ini").write_text(INI)
    (folder / "migrations" / "env.py").write_text(env.replace("METADATA", metadata))
    before: str | None = None
    for name, step in steps.items():
        on = before if step.on == "" else step.on
        text = f'"""Step {name}."""\nimport sqlalchemy as sa\nfrom alembic import op\n'
        text += f"revision = {name!r}\ndown_revision = {on!r}\nbranch_labels = {step.labels!r}\n"
        text += f"def upgrade():\n{_body(step.up)}"
        if step.down is not None:
            text += f"def downgrade():\n{_body(step.down)}"
        (versions / f"{name}.py").write_text(text)
        before = name
    return folder


def _body(text: str) -> str:
    text = text.strip()
    if not text.startswith(("op.", "raise", "with", "sa.")):
        text = f"op.execute({text!r})" if text else "pass"
    return textwrap.indent(text, "    ") + "\n"


class Walked(NamedTuple):
    """What a walk said."""

    revisions: dict[str, RevisionChecked]
    history: HistoryChecked | None
    skipped: dict[str, str]
    findings: list[Finding]

    @property
    def checks(self) -> dict[str, list[str]]:
        """Checks by the subject of their findings."""
        found: dict[str, list[str]] = {}
        for finding in self.findings:
            found.setdefault(finding.subject.removeprefix("revision "), []).append(finding.check)
        return found


async def walked(server: Server, folder: Path, policy: Policy | None = None, **env: str) -> Walked:
    """Walk the history of an environment of Alembic."""
    return await told(
        Walk(legs(server, folder, alembic_history, "alembic.ini", env), policy or Policy())
    )


async def walked_django(
    server: Server, folder: Path, python: str = sys.executable, **env: str
) -> Walked:
    """Walk the history of a project of Django."""
    leg = legs(server, folder, django_history, "manage.py", env, python)
    return await told(Walk(leg, Policy()))


def legs(
    server: Server,
    folder: Path,
    bind: Callable[..., AbstractAsyncContextManager[History]],
    config: str,
    env: Mapping[str, str],
    python: str = sys.executable,
) -> Legs:
    """Legs of a history that is driven, each on a database of its own."""

    def bound(address: Address) -> AbstractAsyncContextManager[History]:
        return bind(
            config,
            address,
            python=python,
            env={"DATABASE_URL": address.url, "PYTHONDONTWRITEBYTECODE": "", **env},
            cwd=folder,
            log=folder / "walk.log",
            started=lambda pid: None,
        )

    return legs_by(server, bound)


def legs_by(server: Server, bind: Bind) -> Legs:
    """Legs whose databases have names that no other test uses."""
    return Legs(server, bind, f"walk_{secrets.token_hex(4)}")


def legs_of_sql(server: Server, folder: Path, files: Mapping[str, str]) -> Legs:
    """Legs of a folder of SQL files, which are written there."""
    for name, text in files.items():
        (folder / name).write_text(text)
    read = read_folder(folder, "db")
    return legs_by(server, lambda address: nullcontext(SqlHistory(read, server, address)))


async def hazards(legs: Legs, **limits: object) -> dict[str, RevisionMeasured]:
    """What is said of each revision above the first one, on tables of 2,000 rows."""
    wanted = Limits(**{"rows": 2000, **limits})  # type: ignore[arg-type]
    said: dict[str, RevisionMeasured] = {}
    async for event in Hazards(legs, wanted).events():
        assert not isinstance(event, Skipped), event
        said[event.revision] = event
    return said


async def told(walk: Walk) -> Walked:
    """All that a walk says."""
    said = Walked({}, None, {}, [])
    async for event in walk.events():
        said.findings.extend(findings_of(event))
        match event:
            case RevisionChecked():
                said.revisions[event.revision] = event
            case HistoryChecked():
                said = said._replace(history=event)
            case Skipped():
                said.skipped[event.item.subject] = event.item.reason
    return said
