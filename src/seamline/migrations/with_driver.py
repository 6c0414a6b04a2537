"""A history that a tool in Python keeps: driven in the system's own interpreter by a file of ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from seamline.engines.protocol import Address
from seamline.errors import TargetError
from seamline.migrations.history import Difference, Problem, Revision, Step
from seamline.system.process import Process, running, tail


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool: its name, the file that drives it, and what a person would type for what that file does.

    `own_names` as in `History`.
    """

    name: str
    driver: str
    upgrade: str
    compare: str
    own_names: re.Pattern[str] | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    revisions: tuple[Revision, ...] = ()
    heads: tuple[str, ...] = ()
    bookkeeping: str = ""
    ms: float = 0.0
    applied: tuple[str, ...] = ()
    differences: tuple[Difference, ...] | None = None
    error: Problem | None = None


_DECODE = msgspec.json.Decoder(_Answer).decode


class DrivenHistory:
    """The `History` of such a tool. Use `driven`."""

    def __init__(self, tool: Tool, process: Process, start: _Answer) -> None:
        self._tool = tool
        self._process = process
        self.tool = tool.name
        self.before_commit = ""
        self.own_names = tool.own_names
        self.revisions = start.revisions
        self.heads = start.heads
        self.bookkeeping = start.bookkeeping

    async def up(self, revision: str) -> Step:
        """Apply one revision."""
        return await self._step("up", revision)

    async def down(self, revision: str) -> Step:
        """Take one revision back."""
        return await self._step("down", revision)

    async def let_go(self) -> None:
        """End the tool's connections until the next step."""
        await self._ask(do="let_go")

    async def again(self) -> tuple[str, ...]:
        """The tool's own upgrade; the revisions that it applied. Raises `TargetError` where it fails."""
        answer = await self._ask(do="again")
        if answer.error is not None:
            raise TargetError(f"{self._tool.upgrade}: {answer.error.message}")
        return answer.applied

    async def differences(self) -> tuple[Difference, ...] | None:
        """What the tool's own comparison would find. Raises `TargetError` where that fails."""
        answer = await self._ask(do="differences")
        if answer.error is not None:
            raise TargetError(f"{self._tool.compare}: {answer.error.message}")
        return answer.differences

    async def _step(self, do: str, revision: str) -> Step:
        answer = await self._ask(do=do, revision=revision)
        return Step(ms=answer.ms, problem=answer.error)

    async def _ask(self, **request: str) -> _Answer:
        return await _ask(self._tool, self._process, request)


@asynccontextmanager
async def driven(
    tool: Tool,
    config: str,
    address: Address,
    *,
    interpreter: str,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    started: Callable[[int], None],
) -> AsyncIterator[DrivenHistory]:
    """The history that `config` names, bound to the database at `address`.

    Raises `TargetError` when the tool is not there, its environment fails, or connects elsewhere.
    """
    command = (interpreter, str(Path(__file__).with_name(tool.driver)))
    start = {
        "host": address.host,
        "port": str(address.port),
        "name": address.name,
        "config": config,
    }
    async with running(command, env=env, cwd=cwd, log=log, started=started, talks=True) as process:
        answer = await _ask(tool, process, start)
        if answer.error is not None:
            why = answer.error
            said = f"{why.where}: {why.message}" if why.where else why.message
            raise TargetError(f"{tool.name}'s environment cannot be used: {said}")
        yield DrivenHistory(tool, process, answer)


async def _ask(tool: Tool, process: Process, request: Mapping[str, str]) -> _Answer:
    line = await process.ask(msgspec.json.encode(request))
    if not line:
        await process.wait()
        raise TargetError(f"the process that drives {tool.name} ended{tail(process.log)}")
    return _DECODE(line)
