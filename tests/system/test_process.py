from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from seamline.errors import TargetError
from seamline.system import process as module
from seamline.system.http import client
from seamline.system.process import Process, free_port, is_listening, run_to_end, running, tail
from seamline.system.ready import wait_ready
from seamline.system.workspace import started_at

from .waiting import until

SLEEP = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True); {SLEEP}"
FAMILY = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', '''
import subprocess, sys, time
print(subprocess.Popen([sys.executable, "-c", {SLEEP!r}]).pid, flush=True)
time.sleep(60)
'''])
print(child.pid, flush=True)
time.sleep(60)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


class Seen(list[int]):
    """Collects the pids that were told."""

    def __call__(self, pid: int) -> None:
        self.append(pid)


def start(
    command: list[str], folder: Path, seen: Callable[[int], None] = lambda pid: None, **env: str
) -> AbstractAsyncContextManager[Process]:
    return running(command, env=env, cwd=folder, log=folder / "log", started=seen)


def is_gone(pid: int) -> bool:
    return started_at(pid) is None


def said(folder: Path) -> list[str]:
    return (folder / "log").read_text().split() if (folder / "log").exists() else []


async def test_a_process_is_told_runs_and_is_gone_at_the_end(tmp_path: Path) -> None:
    seen = Seen()
    async with start(python(SLEEP), tmp_path, seen) as process:
        assert process.exit_code is None
        assert os.getpgid(seen[0]) == seen[0]
    assert process.exit_code == -signal.SIGTERM
    assert is_gone(seen[0])


async def test_grandchildren_go_with_it(tmp_path: Path) -> None:
    async with start(python(FAMILY), tmp_path):
        await until(lambda: len(said(tmp_path)) == 2)
        pids = [int(word) for word in said(tmp_path)]
        assert not any(map(is_gone, pids))
    await until(lambda: all(map(is_gone, pids)))


async def test_grandchildren_of_a_process_that_has_ended_go_too(tmp_path: Path) -> None:
    orphan = (
        f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {SLEEP!r}]).pid)"
    )
    async with start(python(orphan), tmp_path) as process:
        assert await process.wait() == 0
        (pid,) = (int(word) for word in said(tmp_path))
        assert not is_gone(pid)
    await until(lambda: is_gone(pid))


async def test_a_process_that_ignores_the_polite_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_STOP_S", 0.1)
    async with start(python(STUBBORN), tmp_path) as process:
        await until(lambda: said(tmp_path) == ["up"])
    assert process.exit_code == -signal.SIGKILL


async def test_a_failure_inside_stops_it_too(tmp_path: Path) -> None:
    seen = Seen()
    with pytest.raises(ZeroDivisionError):
        async with start(python(SLEEP), tmp_path, seen):
            raise ZeroDivisionError
    assert is_gone(seen[0])


async def test_a_failure_to_note_it_stops_it_too(tmp_path: Path) -> None:
    seen = Seen()

    def note(pid: int) -> None:
        seen(pid)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        async with start(python(SLEEP), tmp_path, note):
            pass
    assert is_gone(seen[0])


async def hold(folder: Path, code: str, seen: Seen) -> None:
    async with start(python(code), folder, seen):
        await asyncio.Event().wait()


async def test_cancelling_stops_it(tmp_path: Path) -> None:
    seen = Seen()
    task = asyncio.create_task(hold(tmp_path, SLEEP, seen))
    await until(lambda: bool(seen))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_gone(seen[0])


async def test_cancelling_a_second_time_stops_it_at_once(tmp_path: Path) -> None:
    seen = Seen()
    task = asyncio.create_task(hold(tmp_path, STUBBORN, seen))
    await until(lambda: said(tmp_path) == ["up"])
    task.cancel()
    await asyncio.wait([task], timeout=0.05)  # now it waits for the process
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert is_gone(seen[0])


@pytest.mark.parametrize("command", [["seamline-no-such-command"], ["/nowhere/at/all"], ["/"]])
async def test_a_command_that_cannot_be_started_is_named(
    command: list[str], tmp_path: Path
) -> None:
    with pytest.raises(TargetError, match=f"cannot start '{command[0]}'.*Is it installed"):
        async with start(command, tmp_path):
            pass


async def test_a_folder_that_is_not_there_is_an_error_of_the_target(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="cwd right"):
        async with running(
            python(SLEEP),
            env={},
            cwd=tmp_path / "no",
            log=tmp_path / "log",
            started=lambda pid: None,
        ):
            pass


async def test_its_environment_is_ours_and_what_is_given_and_finds_our_tools_last(
    tmp_path: Path,
) -> None:
    code = "from os import environ as e; print(e['A'], e['PATH'].split(':')[-1], e['PYTHONUNBUFFERED'])"
    async with start(python(code), tmp_path, A="b") as process:
        await process.wait()
    assert said(tmp_path) == ["b", str(Path(sys.executable).parent), "1"]


async def finish(code: str, folder: Path, timeout_s: float = 20) -> None:
    await run_to_end(
        python(code),
        env={},
        cwd=folder,
        log=folder / "log",
        started=lambda pid: None,
        what="the migration",
        timeout_s=timeout_s,
    )


async def test_a_command_that_ends_well_is_done(tmp_path: Path) -> None:
    await finish("print('done')", tmp_path)


async def test_a_command_that_fails_shows_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"the migration failed \(exit 3\)") as caught:
        await finish("for i in range(100): print('line', i)\nraise SystemExit(3)", tmp_path)
    assert str(caught.value).endswith("    | line 98\n    | line 99")
    assert "line 79\n" not in str(caught.value)


async def test_a_command_that_does_not_end_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"did not end within 0.3 s"):
        await finish(SLEEP, tmp_path, timeout_s=0.3)


def test_the_tail_of_a_log_is_bounded_and_survives_any_bytes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log) == ""
    log.write_bytes(b"\xff\xfe" * 1_000_000 + b"\nlast")
    assert tail(log).endswith("\n    | last")
    assert len(tail(log)) < 100_000


SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response({status}); self.send_header("Content-Length", "0"); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


async def ready(
    folder: Path, code: str, timeout_s: float = 10, path: str | None = "/health"
) -> tuple[float, Process]:
    port = free_port()
    async with (
        start([*python(code), str(port)], folder) as process,
        client(f"http://127.0.0.1:{port}", timeout_s=30, body_bytes=1000) as http,
    ):
        took = await wait_ready(http, path, timeout_s=timeout_s, process=process)
        assert is_listening(port)
    assert not is_listening(port)
    return took, process


async def test_without_a_path_any_answer_but_a_5xx_will_do(tmp_path: Path) -> None:
    await ready(tmp_path, SERVER.format(status=404), path=None)
    with pytest.raises(TargetError, match="answered 503"):
        await ready(tmp_path, SERVER.format(status=503), timeout_s=1, path=None)


@pytest.mark.parametrize("status", [200, 204, 302])
async def test_a_system_that_answers_is_ready(tmp_path: Path, status: int) -> None:
    took, _ = await ready(tmp_path, SERVER.format(status=status))
    assert took > 0


async def test_a_system_that_ends_while_starting_shows_its_last_lines(tmp_path: Path) -> None:
    with pytest.raises(
        TargetError, match=r"ended while starting \(exit 1\)[\s\S]*\| ValueError: no database"
    ):
        await ready(tmp_path, "raise ValueError('no database')")


async def test_a_system_that_ends_without_a_word_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=r"exit 0\)\. Its last log lines: \(none\)"):
        await ready(tmp_path, "")


@pytest.mark.parametrize(
    ("code", "last"), [(SLEEP, "cannot connect"), (SERVER.format(status=503), "it answered 503")]
)
async def test_a_system_that_never_gets_ready_says_what_it_did_last(
    tmp_path: Path, code: str, last: str
) -> None:
    with pytest.raises(TargetError, match=f"not ready within 0.6 s: GET http://.*/health: {last}"):
        await ready(tmp_path, code, timeout_s=0.6)


async def test_a_system_that_accepts_and_says_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    mute = f"import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); {SLEEP}"
    async with asyncio.timeout(60):
        with pytest.raises(TargetError, match="no answer in time"):
            await ready(tmp_path, mute, timeout_s=0.6)


async def test_a_system_that_somebody_else_runs_is_waited_for_too() -> None:
    async with client("http://127.0.0.1:1", timeout_s=1, body_bytes=10) as http:
        with pytest.raises(TargetError, match=r"was not ready within 0\.1 s") as caught:
            await wait_ready(http, "/", timeout_s=0.1, process=None)
    assert "log lines" not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not tell")
async def test_one_that_works_is_told_from_one_that_waits(tmp_path: Path) -> None:
    async with (
        start(python("while True: pass"), tmp_path) as busy,
        start(["sleep", "60"], tmp_path) as idle,
    ):
        await until(busy.is_working)
        await until(lambda: not idle.is_working())
        assert busy.is_working()
    assert not busy.is_working()
