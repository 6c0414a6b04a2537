"""Preparing: what fails is told as the stage that failed, and nothing of it is left behind."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from seamline.errors import LoginError, SpecError, TargetError, UsageError
from seamline.model.event import Event, StageFinished
from seamline.run.setup import Setup, insists_on_tls, prepared
from seamline.spec import load_project
from seamline.spec.project import System
from seamline.system.workspace import workspace
from seamline.text.redact import Redactor

from ..project import write_project


class Preparation:
    """A project prepared here, its stages and the pids that it started."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.redactor = Redactor()
        self.pids: list[int] = []

    @property
    def stages(self) -> dict[str, bool]:
        return {e.stage: e.ok for e in self.events if isinstance(e, StageFinished)}

    @asynccontextmanager
    async def setup(self, folder: Path, **project: Any) -> AsyncIterator[Setup]:
        write_project(folder, [], private=True, **project)
        with workspace() as space:
            record = space.record

            def keep(pid: int) -> None:
                self.pids.append(pid)
                record(pid)

            space.record = keep  # type: ignore[method-assign]
            async with prepared(
                load_project(folder), space, self.redactor, self.events.append
            ) as setup:
                yield setup
        assert self.alive() == []

    def alive(self) -> list[int]:
        return [pid for pid in self.pids if Path(f"/proc/{pid}").exists()]


@pytest.fixture
def preparation() -> Preparation:
    return Preparation()


async def databases(setup: Setup) -> set[str]:
    """Databases of the server that a run made."""
    assert setup.base is not None
    async with await psycopg.AsyncConnection.connect(setup.base.url, autocommit=True) as db:
        cursor = await db.execute("SELECT datname FROM pg_database WHERE datname LIKE 'seam%'")
        return {str(name) for (name,) in await cursor.fetchall()}


@pytest.mark.parametrize(
    ("project", "stage", "kind", "said"),
    [
        ({"migration": "CREATE TABLE (;"}, "migrations", SpecError, "schema.sql:1:14: syntax error"),
        (
            {"database": 'migrations = { kind = "sql", files = ["gone.sql"] }'},
            "migrations", SpecError, "gone.sql: No such file",
        ),
        (
            {"database": f'seed = {{ command = ["{sys.executable}", "-c", "import os; exit(3)"] }}'},
            "seed", TargetError, r"the seed command failed \(exit 3\)",
        ),
        (
            {"database": 'migrations = { kind = "command", command = ["no-such-tool"] }'},
            "migrations", TargetError, "cannot start 'no-such-tool'",
        ),
        (
            {"database": 'migrations = { kind = "command", command = ["{nonsense}"] }'},
            "migrations", SpecError, r"\{nonsense\} has no value here. Known here: \{database_url\}",
        ),
    ],
)  # fmt: skip
async def test_a_base_that_cannot_be_made(
    preparation: Preparation, tmp_path: Path, project: Any, stage: str, kind: Any, said: str
) -> None:
    with pytest.raises(kind, match=said):
        async with preparation.setup(tmp_path, **project):
            raise AssertionError
    assert preparation.stages.popitem() == (stage, False)
    assert all(preparation.stages[s] for s in list(preparation.stages)[:-1])
    assert preparation.pids
    assert preparation.alive() == []


async def test_a_private_database_beside_a_system_that_runs_already_is_refused(
    preparation: Preparation, tmp_path: Path
) -> None:
    write_project(tmp_path, [], private=True)
    text = (tmp_path / "seamline.toml").read_text()
    lines = [line for line in text.splitlines() if not line.startswith(("command", "env"))]
    (tmp_path / "seamline.toml").write_text(
        "\n".join(lines).replace("[system]", '[system]\nurl = "http://127.0.0.1:9"')
    )
    with workspace() as space, pytest.raises(UsageError, match="uses a database of its"):
        async with prepared(load_project(tmp_path), space, Redactor(), preparation.events.append):
            raise AssertionError
    assert preparation.stages == {"database server": False}


LOGIN = """
[identities.ann.login]
path = "{}"
json = {{ name = "ann", password = "hunter2-hunter2" }}
token = "#/token"
"""


@pytest.mark.parametrize(
    ("project", "stage", "kind", "said"),
    [
        ({"env": 'NOTES_MODE = "dies"'}, "system", TargetError, "cannot read the configuration"),
        ({"env": 'NOTES_MODE = "no-document"'}, "", TargetError, "the system answered 404"),
        ({"toml": LOGIN.format("/nowhere")}, "identities", LoginError, "answered 404"),
        ({"toml": LOGIN.format("/leave_open")}, "identities", LoginError, "no token at #/token"),
        (
            {"toml": '[identities.ann]\nheader = { X = "{env:SEAM_NOT_SET}" }'},
            "identities", SpecError, "SEAM_NOT_SET is not set",
        ),
    ],
)  # fmt: skip
async def test_a_target_that_cannot_start_leaves_nothing_and_the_next_one_can(
    preparation: Preparation, tmp_path: Path, project: Any, stage: str, kind: Any, said: str
) -> None:
    async with preparation.setup(tmp_path, **project) as setup:
        servers = set(preparation.alive())
        for quiet in (False, True):
            count = len(preparation.events)
            with pytest.raises(kind, match=said) as caught:
                async with setup.target(quiet=quiet):
                    raise AssertionError
            assert "hunter2-hunter2" not in str(caught.value)
            assert await databases(setup) == {"seam_base"}
            assert set(preparation.alive()) == servers
            if quiet:
                assert len(preparation.events) == count
        if stage:
            assert preparation.stages.popitem() == (stage, False)


async def test_targets_are_alike_and_each_is_gone_before_the_next(
    preparation: Preparation, tmp_path: Path
) -> None:
    async with preparation.setup(tmp_path) as setup:
        servers = set(preparation.alive())
        for number in (1, 2):
            async with setup.target() as target:
                assert target.capture is not None
                assert target.tap is not None
                assert target.catalog is not None
                assert [t.name for t in target.catalog.tables] == ["notes"]
                assert await databases(setup) == {"seam_base", f"seam_run_{number}"}
            assert set(preparation.alive()) == servers
        async with setup.target(captured=False) as target:
            assert target.capture is None and target.tap is None
    assert all(preparation.stages.values())


async def test_secrets_of_every_kind_are_known_to_the_redactor(
    preparation: Preparation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEAM_KEY", "key-from-env")
    monkeypatch.delenv("SEAM_UNSET", raising=False)
    toml = """
[secrets]
jwt = { env = "SEAM_UNSET", default = "default-of-jwt" }
[identities.ann]
basic = { username = "ann", password = "pass-of-ann" }
header = { X-Tenant = "tenant-a" }
[identities.bob]
header = { X-Api-Key = "{env:SEAM_KEY}" }
[identities.eve]
cookie = { sid = "cookie-one", other = "cookie-two" }
[identities.raw]
header = { X-Who = "who-am-i" }
"""
    async with preparation.setup(tmp_path, toml=toml) as setup, setup.target() as target:
        assert setup.base is not None
        eve = dict(target.identities["eve"].headers_for("GET"))
        assert eve == {"Cookie": "sid=cookie-one; other=cookie-two"}
        secrets = [
            "default-of-jwt", "key-from-env", "pass-of-ann", "cookie-one", "cookie-two", "who-am-i",
            setup.base.password, dict(target.identities["ann"].headers)["Authorization"].split()[1],
        ]  # fmt: skip
        shown = setup.redactor.text(" | ".join([*secrets, "tenant-a"]))
        assert [s for s in secrets if s in shown] == []
        assert shown.endswith("tenant-a")  # who is asking for whom is no secret beside credentials


async def test_the_password_of_the_database_stands_in_no_message_of_a_failing_tool(
    tmp_path: Path,
) -> None:
    from seamline.workflow.artifacts import load_job
    from seamline.workflow.run import Run

    tool = tmp_path / "tool.py"
    tool.write_text("import os, sys\nsys.exit(f'{sys.argv[1]} and only {sys.argv[2]}')")
    command = f'["{sys.executable}", "{tool}", "{{database_url}}", "{{db_password}}"]'
    write_project(
        tmp_path,
        {"endpoint": "/health", "method": "GET", "expectedStatus": 200},
        database=f'migrations = {{ kind = "command", command = {command} }}',
    )
    events: list[Event] = []
    code, error = await Run(load_job(tmp_path, parts=("api",)), events.append).execute()
    assert code == 3
    assert "the migrations failed (exit 1)" in str(error)
    assert "and only ‹db_password›" in str(error)
    assert "‹db_password›" in repr(events[-1])
    assert os.environ.get("DATABASE_URL") is None


@pytest.mark.parametrize(
    ("env", "insists"),
    [
        ({}, False),
        ({"DATABASE_URL": "{database_url}?sslmode=prefer"}, False),
        ({"DATABASE_URL": "{database_url}?sslmode=require"}, True),
        ({"PGSSLMODE": "verify-full"}, True),
    ],
)
def test_a_system_that_insists_on_tls_is_told_by_its_settings(
    env: dict[str, str], insists: bool
) -> None:
    assert insists_on_tls(System(command=("x",), env=env)) is insists


async def test_without_trace_the_system_connects_directly(
    preparation: Preparation, tmp_path: Path
) -> None:
    database = 'trace = false\nmigrations = { kind = "sql", files = ["schema.sql"] }'
    async with preparation.setup(tmp_path, database=database) as setup:
        async with setup.target() as target:
            assert target.tap is None and target.capture is not None
        assert setup.untraced(None) == "switched off in seamline.toml ([database] trace = false)"
