"""Walks through histories that only commands reach: those of a small tool that keeps a table of its own."""

from __future__ import annotations

import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from seamline.engines.protocol import Address, Server
from seamline.errors import SpecError, TargetError
from seamline.migrations.walk import Policy, Walk
from seamline.migrations.with_command import CommandHistory, Shell, command_history
from seamline.spec.project import Listing, MigrationsTool

from .lab import Walked, legs_by, told

TOOL = """
import os, sys
import psycopg

STEPS = {
    "v1": ("CREATE TABLE owner (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text)",
           "DROP TABLE owner"),
    "v2": ("ALTER TABLE owner ADD name text DEFAULT 'x'", "ALTER TABLE owner DROP name"),
    "v3": ("CREATE UNIQUE INDEX i ON owner (id)", "DROP INDEX i"),
MORE}
names = ["0", *STEPS]
with psycopg.connect(os.environ["DATABASE_URL"]) as db:
    db.execute("CREATE TABLE IF NOT EXISTS knex_migrations (at text)")
    row = db.execute("SELECT at FROM knex_migrations").fetchone()
    at = names.index(row[0]) if row else 0
    if sys.argv[1] == "list":
        print("\\n".join(f"{n}  a revision" for n in STEPS))
        sys.exit()
    if sys.argv[1] == "current":
        print("at", names[at])
        sys.exit()
    to = names.index(sys.argv[2])
    for place in range(at, to):
        db.execute(STEPS[names[place + 1]][0])
    for place in range(at, to, -1):
        db.execute(STEPS[names[place]][1])
    db.execute("DELETE FROM knex_migrations")
    db.execute("INSERT INTO knex_migrations VALUES (%s)", (names[to],))
"""
FAULTS = """
    "v4": ("ALTER TABLE owner ADD must int NOT NULL", "ALTER TABLE owner DROP must"),
    "v5": ("CREATE TABLE left_over (id int)", "SELECT 1"),
    "v6": ("SELECT 1", "DROP TABLE nothing_like_it"),
"""
RUN = (sys.executable, "{root}/tool.py")
TO = (*RUN, "to", "{revision}")
WALKED = MigrationsTool(
    kind="command", command=(*RUN, "to", "v3"), revisions=Listing(command=(*RUN, "list")),
    up=TO, down=TO, current=(*RUN, "current"),
)  # fmt: skip


async def walked(server: Server, folder: Path, tool: MigrationsTool, more: str = "") -> Walked:
    (folder / "tool.py").write_text(TOOL.replace("MORE", more))

    def bind(address: Address) -> AbstractAsyncContextManager[CommandHistory]:
        shell = Shell(
            lookup={"root": str(folder)}.__getitem__,
            env={"DATABASE_URL": address.url},
            cwd=folder,
            folder=folder,
            started=lambda pid: None,
        )
        return command_history(tool, shell)

    return await told(Walk(legs_by(server, bind), Policy()))


async def test_a_sound_history_is_silent(pg_server: Server, tmp_path: Path) -> None:
    said = await walked(pg_server, tmp_path, WALKED)
    assert said.findings == []
    assert [(r.revision, r.down, r.equal) for r in said.revisions.values()] == [
        ("v1", "done", True), ("v2", "done", True), ("v3", "done", True),
    ]  # fmt: skip
    assert said.history is not None
    assert "upTwiceIsOnce" in said.history.checks


async def test_each_fault_is_found_at_its_revision(pg_server: Server, tmp_path: Path) -> None:
    said = await walked(pg_server, tmp_path, WALKED, FAULTS)
    assert said.checks == {
        "v4": ["upWithRows"], "v5": ["downRestores"], "v6": ["downRestores"],
    }  # fmt: skip
    last = next(f for f in said.findings if f.subject == "revision v6")
    assert 'table "nothing_like_it" does not exist' in last.actual
    assert "tool.py to v5 (exit 1)" in last.actual


async def test_a_history_without_a_way_down_is_walked_up(pg_server: Server, tmp_path: Path) -> None:
    tool = MigrationsTool(kind="command", command=RUN, revisions=("v1", "v2"), up=TO)
    said = await walked(pg_server, tmp_path, tool)
    assert said.findings == []
    assert {r.notes for r in said.revisions.values()} == {
        ("seamline.toml names no command that takes it back",)
    }


async def test_a_command_that_goes_elsewhere_than_told_is_found(
    pg_server: Server, tmp_path: Path
) -> None:
    tool = MigrationsTool(
        kind="command", command=RUN, revisions=("v1", "v2"), current=(*RUN, "current"),
        up=(*RUN, "to", "v1", "{revision}"), down=TO,
    )  # fmt: skip
    said = await walked(pg_server, tmp_path, tool)
    assert said.checks == {"v2": ["upFromEmpty"]}
    assert "says that the database is at v1" in said.findings[0].actual


@pytest.mark.parametrize(
    ("listing", "error", "why"),
    [
        (("-c", "pass"), TargetError, "printed none"),
        (("-c", "raise SystemExit('no such thing')"), TargetError, "exit 1.*no such thing"),
        (("-c", "print('a'), print('b'), print('a')"), SpecError, "'a' stands there twice"),
    ],
)
async def test_a_list_that_is_none_is_told(
    pg_server: Server, tmp_path: Path, listing: tuple[str, ...], error: type[Exception], why: str
) -> None:
    tool = MigrationsTool(
        kind="command", command=RUN, revisions=Listing(command=(sys.executable, *listing)), up=TO
    )
    with pytest.raises(error, match=why):
        await walked(pg_server, tmp_path, tool)
