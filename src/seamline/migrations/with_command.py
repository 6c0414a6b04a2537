"""A history that a tool of any language keeps: reached by the commands that seamline.toml names for it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from seamline.errors import SpecError, TargetError
from seamline.migrations.history import Difference, Problem, Revision, Step
from seamline.spec.project import Listing, MigrationsTool
from seamline.system.process import running, tail
from seamline.system.template import Lookup, fill

_NO_DOWN = "seamline.toml names no command that takes it back"
_MOST_S = 900.0
_LINES = 3


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how the commands are run. `lookup` fills what stands in braces."""

    lookup: Lookup
    env: Mapping[str, str]
    cwd: Path
    folder: Path
    started: Callable[[int], None]

    async def run(self, command: Sequence[str], **values: str) -> tuple[str, str]:
        """What a command printed, and why it failed: the last lines of all that it said; else ''.

        Raises `TargetError` where it cannot be started.
        """

        def find(name: str) -> str:
            return values[name] if name in values else self.lookup(name)

        words = [fill(part, find) for part in command]
        log, said = self.folder / "walk.log", self.folder / "walk.out"
        log.write_bytes(b"")
        async with running(
            words, env=self.env, cwd=self.cwd, log=log, started=self.started, said=said
        ) as process:
            try:
                code = await asyncio.wait_for(process.wait(), _MOST_S)
            except TimeoutError:
                return "", f"it did not end within {_MOST_S:g} s"
        if code:
            lines = (tail(said, _LINES) + tail(log, _LINES)).split("\n    | ")
            return "", f"{' '.join(words)} (exit {code}): {' '.join(' '.join(lines).split())}"
        return said.read_text("utf-8", "replace"), ""


class CommandHistory:
    """The `History` of such a tool. Use `command_history`."""

    tool = "the command"
    own_names: re.Pattern[str] | None = None
    before_commit = ""

    def __init__(self, tool: MigrationsTool, shell: Shell, names: Sequence[str]) -> None:
        self._commands = tool
        self._shell = shell
        self._below = dict(zip(names, (tool.base, *names), strict=False))
        why = "" if tool.down else _NO_DOWN
        self.bookkeeping = tool.bookkeeping
        self.revisions = tuple(
            Revision(
                id=name, down=(below,) if place else (), no_way_down=why, atomic=False
            )  # nobody knows what a command does
            for place, (name, below) in enumerate(self._below.items())
        )
        self.heads = tuple(names[-1:])

    async def up(self, revision: str) -> Step:
        """Bring the database up to a revision."""
        return await self._step(self._commands.up, revision, revision)

    async def down(self, revision: str) -> Step:
        """Bring the database down to the revision below."""
        return await self._step(self._commands.down, self._below[revision], revision)

    async def let_go(self) -> None:
        """Nothing to do: a command that has ended has no connection."""

    async def current(self) -> tuple[str, ...]:
        """The revision that the database is at, as far as a command is named that tells."""
        said, why = await self._shell.run(self._commands.current)
        if why:
            raise TargetError(why)
        words = said.split()
        return tuple(r.id for r in self.revisions if r.id in words)[-1:]

    async def again(self) -> tuple[str, ...]:
        """Bring it up to the last one once more; what that applied the command does not tell."""
        for head in self.heads:
            step = await self.up(head)
            if step.problem is not None:
                raise TargetError(step.problem.message)
        return ()

    async def differences(self) -> tuple[Difference, ...] | None:
        """None: there are no models."""
        return None

    async def _step(self, command: Sequence[str], to: str, moved: str) -> Step:
        start = time.perf_counter()
        _, why = await self._shell.run(command, revision=to, undone=moved)
        ms = (time.perf_counter() - start) * 1000
        if not why and self._commands.current:
            at = await self.current()
            if at != ((to,) if to in self._below else ()):
                why = f"{self._commands.current[0]} says that the database is at {at[0] if at else 'none'}"
        problem = Problem(kind="Command", message=why) if why else None
        return Step(ms=ms, problem=problem)


@asynccontextmanager
async def command_history(tool: MigrationsTool, shell: Shell) -> AsyncIterator[CommandHistory]:
    """The history that the commands of `tool` reach. Raises `TargetError` when its list cannot be had."""
    if not isinstance(tool.revisions, Listing):
        yield CommandHistory(tool, shell, tool.revisions)
        return
    said, why = await shell.run(tool.revisions.command)
    names = [line.split()[0] for line in said.splitlines() if line.strip()]
    if why or not names:
        raise TargetError(f"the list of revisions: {why or 'the command printed none'}")
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise SpecError(f"the list of revisions: {twice!r} stands there twice")
    yield CommandHistory(tool, shell, names)
