"""Sixty checks of a table of two million rows and twenty columns: CPU of client and server together.

Ours is `seamline run data --url`, as anybody runs it; Soda Core and Great Expectations stand in
environments of their own under .bench/, their telemetry switched off. All three must say the same of
each check. Milliseconds stand for milliseconds of CPU here, and for megabytes in the two of memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from data_peers.checks import BROKEN, CHECKS, script
from data_peers.ours import framework
from measure import Measure, measure

from seamline.engines.protocol import Address, Database, Server
from seamline.engines.registry import engine_for
from seamline.model.event import DataChecked
from seamline.report import read_events
from seamline.system.workspace import workspace

ROWS, FEW_ROWS = 2_000_000, 200_000
ROUNDS = 2
BENCH = Path(__file__).resolve().parent
PEERS = {
    "soda": ("soda-core==4.28.0", "soda-postgres==4.28.0"),
    "expectations": ("great-expectations==1.24.1", "psycopg2-binary", "sqlalchemy<2.1"),
}
_QUIET = {"SODA_CORE_TELEMETRY_ENABLED": "false", "GX_ANALYTICS_ENABLED": "false"}
_MEMORY_MB = 60
_TICKS = os.sysconf("SC_CLK_TCK")


class Spent(NamedTuple):
    """What one run took: seconds of CPU of client and server, megabytes of the client at its height."""

    cpu_s: float
    peak_mb: float


async def run() -> list[Measure]:
    """The measures of this file."""
    soda, gx = [await asyncio.to_thread(_installed, name) for name in PEERS]
    with workspace() as space:
        server = engine_for("postgresql").private(space.subfolder("database"), space.record)
        async with server as running:
            (space.folder / "checks.json").write_text(json.dumps(CHECKS))
            (space.folder / "data.json").write_text(json.dumps(framework(CHECKS)))
            bare = await _Bed.made(running, "bare", ROWS, proven=False, folder=space.folder)
            ours, theirs = await bare.in_turn(bare.ours, lambda: bare.peer(soda, "soda"))
            slow = [await bare.peer(gx, "expectations")]
            half = await _Bed.made(running, "half", ROWS, proven=True, folder=space.folder)
            mine, other = await half.in_turn(half.ours, lambda: half.peer(soda, "soda"))
            few = await _Bed.made(running, "few", FEW_ROWS, proven=False, folder=space.folder)
            small = [await few.ours() for _ in range(ROUNDS)]
    peaks, low = [s.peak_mb for s in ours], [s.peak_mb for s in small]
    return [
        _of("data-60-checks-vs-soda", 0.9, ours, theirs),
        _of("data-60-checks-half-proven-vs-soda", 0.6, mine, other),
        _of("data-60-checks-vs-great-expectations", 0.25, ours[-1:], slow),
        _memory("data-memory-vs-60-mb", 1.0, peaks, [_MEMORY_MB] * len(peaks)),
        _memory("data-memory-10x-rows", 1.1, peaks, low),
    ]


class _Bed:
    """One database with the table, and the ways to check it."""

    def __init__(self, address: Address, postmaster: int, folder: Path) -> None:
        self._address, self._postmaster, self._folder = address, postmaster, folder

    @classmethod
    async def made(
        cls, server: Server, name: str, rows: int, *, proven: bool, folder: Path
    ) -> _Bed:
        """A new database with so many rows."""
        address = await server.create(name)
        await server.run_script(address, script(rows, proven=proven), name)
        async with server.open(address) as database:
            await database.query("VACUUM ANALYZE")
            postmaster = await _postmaster(database)
        at = {
            "host": address.host,
            "port": address.port,
            "user": address.user,
            "password": address.password,
            "database": address.name,
        }
        (folder / f"{name}.json").write_text(json.dumps(at))
        return cls(address, postmaster, folder)

    async def in_turn(
        self, ours: Callable[[], Awaitable[Spent]], theirs: Callable[[], Awaitable[Spent]]
    ) -> tuple[list[Spent], list[Spent]]:
        """Both sides, round by round, after one round that warms the cache of pages."""
        found: tuple[list[Spent], list[Spent]] = ([], [])
        for number in range(ROUNDS + 1):
            for side, work in enumerate((ours, theirs)):
                spent = await work()
                if number:
                    found[side].append(spent)
        return found

    async def ours(self) -> Spent:
        """`seamline run data`; what it says must be what is true."""
        reports = self._folder / "reports"
        words = [sys.executable, "-m", "seamline", "run", "data", "-q", "--url", self._address.url]
        words += ["--framework", str(self._folder / "data.json"), "--reports", str(reports)]
        spent = await asyncio.to_thread(self._spent, words, (1,))
        events = [e for e in read_events(reports / "events.ndjson") if isinstance(e, DataChecked)]
        broken = {e.label for e in events if e.violations}
        wrong = [e.error for e in events if e.error]
        if broken != BROKEN or wrong:
            raise RuntimeError(f"ours says {sorted(broken)}, {wrong}")
        return spent

    async def peer(self, programs: Path, name: str) -> Spent:
        """A peer's file; what it says must be what is true."""
        results = self._folder / "results.json"
        address = self._folder / f"{self._address.name}.json"
        words = [str(programs / "python"), str(BENCH / "data_peers" / f"{name}.py")]
        words += [str(self._folder / "checks.json"), str(address), str(results)]
        results.unlink(missing_ok=True)
        spent = await asyncio.to_thread(self._spent, words)
        said = json.loads(results.read_text())
        broken = {n for n, outcome in said.items() if outcome != "PASSED"}
        if broken != BROKEN or len(said) != len(CHECKS):
            raise RuntimeError(f"{name} says {len(said)} checks, broken: {sorted(broken)}")
        return spent

    def _spent(self, words: list[str], may_end: tuple[int, ...] = (0,)) -> Spent:
        before = _cpu_of(self._postmaster)
        environment = {**os.environ, **_QUIET}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # pip has compiled the peers
        child = subprocess.Popen(
            words,
            env=environment,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        said = child.stderr.read() if child.stderr is not None else b""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in may_end:
            raise RuntimeError(f"{words[:4]}: {said.decode()[-2000:]}")
        client = usage.ru_utime + usage.ru_stime
        return Spent(client + _cpu_of(self._postmaster) - before, usage.ru_maxrss / 1024)


async def _postmaster(database: Database) -> int:
    """The server's first process: the parent of the one that serves a connection."""
    (row,) = await database.query("SELECT pg_backend_pid() AS pid")
    return int(_stat(row["pid"])[1])


def _cpu_of(postmaster: int) -> float:
    """Seconds that the server has used: its first process, those that ended, those that serve."""
    total = sum(map(int, _stat(postmaster)[11:15]))
    for place in Path("/proc").iterdir():
        if place.name.isdigit() and place.name != str(postmaster):
            fields = _stat(int(place.name))
            if fields and fields[1] == str(postmaster):
                total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name; none when the process has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _of(name: str, goal: float, ours: list[Spent], theirs: list[Spent]) -> Measure:
    return measure(name, goal, [s.cpu_s for s in ours], [s.cpu_s for s in theirs])


def _memory(name: str, goal: float, ours: list[float], theirs: list[float]) -> Measure:
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    mine, other = statistics.median(ours), statistics.median(theirs)
    return Measure(
        name=name,
        ratio=mine / other,
        goal=goal,
        ours_ms=mine,
        theirs_ms=other,
        spread=(min(ratios), max(ratios)),
    )


def _installed(name: str) -> Path:
    """The folder of a peer's programs, installed where it is missing."""
    folder = BENCH.parent / ".bench" / name
    if not (folder / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *PEERS[name]]
        subprocess.run(pip, check=True)
        (folder / "installed").touch()
    return folder / "bin"
