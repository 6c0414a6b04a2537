"""Drivers of other languages: node-postgres, JDBC, pgx. Each prints what it saw."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from .conftest import Place

PROGRAMS = Path(__file__).parent / "drivers"
NODE = Path.home() / ".cache" / "seamline-systems" / "node-pg"
JARS = (Path("/usr/share/java/postgresql.jar"), *Path.home().glob(".m2/**/postgresql-4*.jar"))
GO = Path("/usr/share/gocode")


def needs(what: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")


async def printed(*command: str, env: dict[str, str] | None = None) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    return out.decode().strip()


async def kinds(place: Place) -> list[str]:
    """Which kinds of statement ended in an error, after a look that none is on its way."""
    seen = await place.seen()
    assert all(s.tx_status for s in seen)
    assert "it's" in {p for s in seen for p in s.params or ()}
    return [s.sqlstate for s in seen if s.sqlstate]


async def test_node(place: Place) -> None:
    if shutil.which("node") is None or not (NODE / "node_modules" / "pg-cursor").exists():
        needs(f"node with pg and pg-cursor in {NODE}")
    url = place.through.url
    assert await printed("node", str(PROGRAMS / "node.mjs"), url, str(NODE)) == "23505 2 4"
    assert await kinds(place) == ["23505"]


async def test_jdbc(place: Place) -> None:
    jar = next((j for j in JARS if j.exists()), None)
    if shutil.which("java") is None or jar is None:
        needs("java (a JDK) and the driver of JDBC")
    at = place.through
    url = f"jdbc:postgresql://{at.host}:{at.port}/{at.name}?user={at.user}&password={at.password}"
    said = await printed("java", "-cp", str(jar), str(PROGRAMS / "Jdbc.java"), url)
    assert said == "23505 30 10"
    assert await kinds(place) == ["23505"]


async def test_pgx(place: Place, tmp_path: Path) -> None:
    if shutil.which("go") is None or not (GO / "src/github.com/jackc/pgx/v4").exists():
        needs("go and Debian's golang-github-jackc-pgx-v4-dev")
    env = {
        "GO111MODULE": "off",
        "GOPATH": str(GO),
        "GOCACHE": str(NODE.parent / "go"),
        "GOFLAGS": "",
    }
    program = str(tmp_path / "pgx")
    await printed("go", "build", "-o", program, str(PROGRAMS / "pgx" / "main.go"), env=env)
    assert await printed(program, place.through.url) == "23505 2 6"
    assert await kinds(place) == ["23505"]
