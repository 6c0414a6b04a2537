"""One temporary folder a run, and what lives in it: everything goes at the end, or at the next start.

The folder says who owns it (pid and start time, since pids are used again) and which processes must
not outlive that owner. A later run finds the folders whose owner is gone and clears them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_OWNER = "owner"
_PIDS = "pids"
_GRACE_S = 3600.0
"""A folder without an owner file is a run that is just starting, unless it is older than this."""


def started_at(pid: int) -> str | None:
    """When a live process was started, in some notation that is stable for it; None when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
        fields = stat.rpartition(")")[2].split()
        return None if fields[0] == "Z" else fields[19]
    except FileNotFoundError:
        if Path("/proc/self/stat").exists():
            return None
    except (OSError, IndexError):
        return None
    found = subprocess.run(  # systems without /proc
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


class Workspace:
    """The folder of one run; `record` notes a process that must end with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def record(self, pid: int) -> None:
        """Note a process group to end should this run be killed."""
        with (self.folder / _PIDS).open("a") as file:
            file.write(f"{pid} {started_at(pid) or ''}\n")

    def subfolder(self, name: str) -> Path:
        """A new or existing folder inside."""
        path = self.folder / name
        path.mkdir(exist_ok=True)
        return path


def _prefix() -> str:
    return f"seamline-{os.getuid()}-"


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A folder that is removed at the end, after its recorded processes. Clears what dead runs left."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_prefix()}{os.getpid()}-"))
    try:
        _claim(folder)
        yield Workspace(folder)
    finally:
        _clear(folder)


def _claim(folder: Path) -> None:
    """Say who owns the folder, in one step: a sweep by another run must not read half of it."""
    draft = folder / f"{_OWNER}.new"
    draft.write_text(f"{os.getpid()} {started_at(os.getpid()) or ''}")
    draft.rename(folder / _OWNER)


def sweep() -> list[Path]:
    """End the processes and remove the folders of runs that were killed; the folders removed."""
    cleared = []
    for folder in Path(tempfile.gettempdir()).glob(f"{_prefix()}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue  # the folder for temporary files is everybody's
            if not _is_owned(folder):
                _clear(folder)
                cleared.append(folder)
    return cleared


def _is_owned(folder: Path) -> bool:
    try:
        return _is_alive((folder / _OWNER).read_text())
    except FileNotFoundError:
        return time.time() - folder.stat().st_mtime < _GRACE_S


def _is_alive(line: str) -> bool:
    pid, _, start = line.partition(" ")
    return pid.isdecimal() and bool(start.strip()) and started_at(int(pid)) == start.strip()


def _clear(folder: Path) -> None:
    with suppress(FileNotFoundError):
        for line in (folder / _PIDS).read_text().splitlines():
            if _is_alive(line):
                _kill(int(line.partition(" ")[0]))
    shutil.rmtree(folder, ignore_errors=True)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 2.0
    while started_at(pid) is not None and time.monotonic() < deadline:
        time.sleep(0.02)
