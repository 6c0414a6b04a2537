"""A history that Alembic keeps: driven in the system's own interpreter by `driver.py`."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from seamline.engines.protocol import Address
from seamline.errors import TargetError
from seamline.migrations.history import Difference, Problem, Revision, Step
from seamline.system.process import Process, environment, running, tail

_DRIVER = Path(__file__).with_name("driver.py")
_EXEC = re.compile(rb"""^'''exec' ["']?([^"'\n]+?)["']? "\$0" """, re.M)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    revisions: tuple[Revision, ...] = ()
    heads: tuple[str, ...] = ()
    bookkeeping: str = ""
    ms: float = 0.0
    applied: tuple[str, ...] = ()
    differences: tuple[Difference, ...] | None = None
    error: Problem | None = None


_DECODE = msgspec.json.Decoder(_Answer).decode


class AlembicHistory:
    """The `History` of Alembic. Use `alembic_history`."""

    tool = "Alembic"

    def __init__(self, process: Process, start: _Answer) -> None:
        self._process = process
        self.revisions = start.revisions
        self.heads = start.heads
        self.bookkeeping = start.bookkeeping

    async def up(self, revision: str) -> Step:
        """Apply one revision."""
        return await self._step("up", revision)

    async def down(self, revision: str) -> Step:
        """Take one revision back."""
        return await self._step("down", revision)

    async def current(self) -> tuple[str, ...]:
        """The heads that the database is at."""
        return (await _ask(self._process, {"do": "current"})).heads

    async def again(self) -> tuple[str, ...]:
        """`alembic upgrade heads`; the revisions that it applied. Raises `TargetError` where it fails."""
        answer = await _ask(self._process, {"do": "again"})
        if answer.error is not None:
            raise TargetError(f"alembic upgrade heads: {answer.error.message}")
        return answer.applied

    async def differences(self) -> tuple[Difference, ...] | None:
        """What `alembic check` would find. Raises `TargetError` where that fails."""
        answer = await _ask(self._process, {"do": "differences"})
        if answer.error is not None:
            raise TargetError(f"alembic check: {answer.error.message}")
        return answer.differences

    async def _step(self, do: str, revision: str) -> Step:
        answer = await _ask(self._process, {"do": do, "revision": revision})
        return Step(ms=answer.ms, problem=answer.error)


@asynccontextmanager
async def alembic_history(
    config: str,
    address: Address,
    *,
    python: str | None,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    started: Callable[[int], None],
) -> AsyncIterator[AlembicHistory]:
    """The history of the environment that `config` names, bound to the database at `address`.

    Raises `TargetError` when Alembic is not there, its env.py fails, or connects elsewhere.
    """
    interpreter = python or _interpreter(environment(env)["PATH"])
    start = {
        "host": address.host,
        "port": str(address.port),
        "name": address.name,
        "config": config,
    }
    async with running(
        (interpreter, str(_DRIVER)), env=env, cwd=cwd, log=log, started=started, talks=True
    ) as process:
        answer = await _ask(process, start)
        if answer.error is not None:
            raise TargetError(f"Alembic's environment cannot be used: {answer.error.message}")
        yield AlembicHistory(process, answer)


async def _ask(process: Process, request: Mapping[str, Any]) -> _Answer:
    line = await process.ask(msgspec.json.encode(request))
    if not line:
        await process.wait()
        raise TargetError(f"the process that drives Alembic ended{tail(process.log)}")
    return _DECODE(line)


def _interpreter(path: str) -> str:
    """The interpreter that the `alembic` on `path` runs in. Raises `TargetError`."""
    command = shutil.which("alembic", path=path)
    if command is None:
        raise TargetError("there is no 'alembic' on the PATH of the system: is it installed there?")
    with Path(command).open("rb") as file:
        head = file.read(1024)
    first = head.partition(b"\n")[0].decode("utf-8", "replace")
    if first.startswith("#!") and "python" in first:
        words = first[2:].split()
        return words[1] if words[0].endswith("/env") and len(words) > 1 else words[0]
    if found := _EXEC.search(head):  # a path too long for a first line
        return found[1].decode()
    raise TargetError(
        f"{command} does not say in which interpreter it runs: name it,"
        ' migrations = { kind = "alembic", python = "…" }'
    )
