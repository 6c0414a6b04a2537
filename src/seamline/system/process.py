"""The system's own process group: started with a log, ready when its URL says so, always stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path

from seamline.errors import TargetError

TAIL_LINES = 20
_LINE_BYTES = 64 * 1024 * 1024
_STOP_S = 5.0


def free_port() -> int:
    """A TCP port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_listening(port: int) -> bool:
    """Whether something accepts connections on that loopback port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, indented; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 64 * 1024))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return "".join(f"\n    | {line}" for line in text.splitlines()[-lines:])


class Process:
    """A running command: its pid (also its group) and its log."""

    def __init__(self, child: asyncio.subprocess.Process, log: Path) -> None:
        self._child = child
        self.log = log

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._child.returncode

    async def wait(self) -> int:
        """Wait for its end; the exit code (negative: the signal that ended it)."""
        return await self._child.wait()

    def is_working(self) -> bool:
        """Whether a thread of the group runs, waits for a processor or for a disk; False where unknown."""
        return any(map(_is_working, _threads_of(self._child.pid)))

    async def ask(self, line: bytes) -> bytes:
        """Say a line to a command that `talks` and take the line that it answers; empty: it has ended."""
        given, said = self._child.stdin, self._child.stdout
        if given is None or said is None:
            raise ValueError("the command was not started to talk")
        with suppress(ConnectionError):
            given.write(line + b"\n")
            await given.drain()
        return await said.readline()

    async def stop(self) -> None:
        """End the whole group: SIGTERM, then SIGKILL after five seconds."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGTERM)
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._child.wait(), _STOP_S)
        self.kill()
        await self._child.wait()

    def kill(self) -> None:
        """SIGKILL to the whole group, whoever of it is left."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, signal.SIGKILL)


def _threads_of(group: int) -> Iterator[Path]:
    """What the kernel tells of each thread of a process group, where it does (Linux)."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(entry.name)) == group:
                yield from entry.glob("task/*/stat")
        except OSError:  # it has ended meanwhile
            continue


def _is_working(stat: Path) -> bool:
    try:
        return stat.read_text().rpartition(")")[2].split()[0] in {"R", "D"}
    except (OSError, IndexError):
        return False


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Our own environment with `env` over it. The folder of our own interpreter comes last in its PATH,
    so that tools installed beside Seamline are found."""
    full = {**os.environ, **env}
    full["PATH"] = os.pathsep.join(
        p for p in (full.get("PATH", os.defpath), str(Path(sys.executable).parent)) if p
    )
    full.setdefault("PYTHONUNBUFFERED", "1")
    return full


@asynccontextmanager
async def running(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    started: Callable[[int], None],
    talks: bool = False,
    said: Path | None = None,
) -> AsyncIterator[Process]:
    """Run a command in a process group of its own, in `environment`; its output goes to `log`.

    With `talks` its standard input and output are for `Process.ask`; its standard output alone goes to
    `said`, where that is given. Raises `TargetError` when the
    command cannot be started.
    """
    pipe = asyncio.subprocess.PIPE
    try:
        with log.open("ab") as output, said.open("wb") if said else nullcontext(output) as out:
            child = await asyncio.create_subprocess_exec(
                *command,
                env=environment(env),
                cwd=cwd,
                stdin=pipe if talks else asyncio.subprocess.DEVNULL,
                stdout=pipe if talks else out,
                stderr=output,
                start_new_session=True,
                limit=_LINE_BYTES,
            )
    except OSError as exc:
        raise TargetError(
            f"cannot start {command[0]!r}: {exc.strerror or exc}. "
            "Is it installed in this environment, and is [system] cwd right?"
        ) from exc
    process = Process(child, log)
    try:
        started(child.pid)
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
    """Stop it, and at once when even that is cancelled: no second Ctrl-C leaves it behind."""
    stopping = asyncio.ensure_future(process.stop())
    try:
        await asyncio.shield(stopping)
    except asyncio.CancelledError:
        process.kill()
        await asyncio.wait([stopping], timeout=_STOP_S)
        raise


async def run_to_end(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    started: Callable[[int], None],
    what: str,
    timeout_s: float = 900.0,
) -> None:
    """Run a command that must end with exit code 0; else `TargetError` with its last log lines."""
    async with running(command, env=env, cwd=cwd, log=log, started=started) as process:
        try:
            code = await asyncio.wait_for(process.wait(), timeout_s)
        except TimeoutError:
            raise TargetError(
                f"{what} did not end within {timeout_s:g} s: {' '.join(command)}{tail(log)}"
            ) from None
    if code:
        raise TargetError(f"{what} failed (exit {code}): {' '.join(command)}{tail(log)}")
