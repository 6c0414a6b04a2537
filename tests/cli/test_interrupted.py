"""Ctrl-C, SIGTERM and SIGKILL: nothing stays behind, and what was learnt is written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from seamline.model.event import CaseFinished, RunFinished
from seamline.report import read_events

from ..project import write_project

pytestmark = pytest.mark.slow

ENDPOINTS = [
    {"endpoint": "/notes", "method": "POST", "cases": [
        {"id": "create", "kind": "positive", "request": {"json": {"text": "x"}}, "expect": {"status": 201}}
    ]},
    {"endpoint": "/slow", "method": "POST", "cases": [
        {"id": "slow", "kind": "positive", "expect": {"status": 200}}
    ]},
]  # fmt: skip


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until it holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def processes_in(folder: Path) -> list[str]:
    """Command lines of live processes that name a folder or run in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if str(folder) in words or where.startswith(str(folder)):
            found.append(words)
    return found


def start(folder: Path, temp: Path) -> subprocess.Popen[str]:
    """A run that is in its slow case."""
    running = subprocess.Popen(
        [sys.executable, "-m", "seamline", "run", "-p", str(folder)],
        env={**os.environ, "TMPDIR": str(temp)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    record = folder / "integration" / "events.ndjson"
    wait_for(
        lambda: running.poll() is not None or (record.exists() and "create" in record.read_text())
    )
    assert running.poll() is None, running.communicate()[0]
    return running


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_cleanly_with_what_was_learnt(
    tmp_path: Path, number: signal.Signals
) -> None:
    folder = write_project(tmp_path / "project", ENDPOINTS)
    temp = tmp_path / "temp"
    temp.mkdir()
    running = start(folder, temp)
    running.send_signal(number)
    printed, _ = running.communicate(timeout=60)
    assert running.returncode == 130, printed
    assert "passed" not in printed
    assert "Traceback" not in printed
    assert list(temp.iterdir()) == []
    assert processes_in(tmp_path) == []
    events = list(read_events(folder / "integration" / "events.ndjson"))
    assert [e.case for e in events if isinstance(e, CaseFinished)] == ["create"]
    assert isinstance(events[-1], RunFinished)
    assert events[-1].reason == "interrupted"
    for name in ("API_Integration_Testing.md", "Database_Integration_Testing.md", "junit.xml"):
        assert (folder / "integration" / name).read_text()


def test_the_next_start_clears_what_a_killed_run_left(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", ENDPOINTS)
    temp = tmp_path / "temp"
    temp.mkdir()
    running = start(folder, temp)
    running.kill()
    running.communicate(timeout=60)
    (left,) = temp.iterdir()
    assert processes_in(left) or processes_in(folder)
    done = subprocess.run(
        [sys.executable, "-m", "seamline", "run", "-p", str(folder), "-c", "create"],
        env={**os.environ, "TMPDIR": str(temp)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(temp.iterdir()) == []
    wait_for(lambda: processes_in(tmp_path) == [], 10)
