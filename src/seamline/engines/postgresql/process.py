"""Child processes that never outlive their context, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from seamline.errors import TargetError


async def spawn(
    command: Sequence[str],
    *,
    output: int | IO[bytes],
    cwd: Path,
    env: Mapping[str, str],
) -> Process:
    """Start `command` as leader of its own session, so that a terminal's Ctrl-C goes past it.

    Raises `TargetError` when it cannot be started.
    """
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # The child may exist already, with nobody holding its handle: wait for the handle, kill it.
        with contextlib.suppress(OSError):
            await kill(await starting)
        raise
    except OSError as error:
        raise TargetError(f"cannot start {command[0]}: {error}") from error


async def finish(process: Process, timeout_s: float) -> bytes:
    """Wait for the end of `process`, return what it printed; kill it when time is up or on cancellation."""
    try:
        out, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    except BaseException:
        await kill(process)
        raise
    return out or b""


async def kill(process: Process) -> None:
    """End the whole process group of `process` at once and reap it."""
    signal_group(process, signal.SIGKILL)
    await process.wait()


async def stop(process: Process, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal and wait its seconds for the end; kill what is left then, or on a cancellation."""
    try:
        for number, seconds in steps:
            if process.returncode is not None:
                return
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), seconds)
    finally:
        if process.returncode is None:
            signal_group(process, signal.SIGKILL)
            await process.wait()


def signal_group(process: Process, number: signal.Signals) -> None:
    """Signal every process of the group that `process` leads; one that is gone is no error."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
