from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from seamline.system.workspace import started_at, sweep, workspace

from .waiting import until

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAD = "999999999 12345"
OURS = f"{os.getpid()} {started_at(os.getpid())}"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for temporary files of this test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(SLEEP, start_new_session=True)
    yield child
    child.kill()
    child.wait()


def left_behind(folder: Path, owner: str | None, pids: str = "", *, name: str = "1-x") -> Path:
    made = folder / f"seamline-{os.getuid()}-{name}"
    (made / "data").mkdir(parents=True)
    (made / "data" / "file").write_text("x")
    if owner is not None:
        (made / "owner").write_text(owner)
    if pids:
        (made / "pids").write_text(pids)
    return made


def line_of(child: subprocess.Popen[bytes]) -> str:
    return f"{child.pid} {started_at(child.pid)}\n"


def test_a_workspace_is_ours_while_it_lasts_and_gone_afterwards(tmp_path: Path) -> None:
    with workspace() as made:
        assert made.folder.parent == tmp_path
        assert (made.folder / "owner").read_text() == OURS
        assert sorted(p.name for p in made.folder.iterdir()) == ["owner"]
        assert made.folder.stat().st_mode & 0o077 == 0
        assert made.subfolder("logs") == made.subfolder("logs")
        assert sweep() == []
    assert not made.folder.exists()


def test_a_workspace_ends_what_it_recorded_also_after_a_failure(
    sleeper: subprocess.Popen[bytes],
) -> None:
    with pytest.raises(ZeroDivisionError), workspace() as made:
        made.record(sleeper.pid)
        raise ZeroDivisionError
    assert sleeper.wait(5) == -9
    assert not made.folder.exists()


def test_what_a_dead_run_left_is_ended_and_removed(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    folder = left_behind(tmp_path, DEAD, line_of(sleeper))
    assert sweep() == [folder]
    assert sleeper.wait(5) == -9
    assert not folder.exists()


async def test_the_whole_group_of_a_recorded_process_is_ended(tmp_path: Path) -> None:
    spawn = "print(subprocess.Popen(sys.argv[1:]).pid, flush=True)"
    parent = f"import subprocess, sys, time; {spawn}; time.sleep(60)"
    child = subprocess.Popen(
        [sys.executable, "-c", parent, *SLEEP], start_new_session=True, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout is not None
        grandchild = int(child.stdout.readline())
        left_behind(tmp_path, DEAD, line_of(child))
        sweep()
        assert child.wait(5) == -9
        await until(lambda: started_at(grandchild) is None)


def test_a_new_workspace_sweeps_first(tmp_path: Path) -> None:
    folder = left_behind(tmp_path, DEAD)
    with workspace():
        assert not folder.exists()


def test_the_folder_of_a_live_run_and_its_processes_are_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    folder = left_behind(tmp_path, OURS, line_of(sleeper))
    assert sweep() == []
    assert folder.exists()
    assert sleeper.poll() is None


def test_a_pid_that_is_used_again_is_neither_an_owner_nor_ended(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    folder = left_behind(
        tmp_path,
        f"{os.getpid()} 1",
        f"{sleeper.pid} 1\n{sleeper.pid}\n{sleeper.pid} \nrubbish\n\n-1 1\n",
    )
    assert sweep() == [folder]
    assert sleeper.poll() is None


@pytest.mark.parametrize("owner", ["", "rubbish", "1", "-1 5", DEAD])
def test_an_owner_that_says_nothing_true_is_dead(tmp_path: Path, owner: str) -> None:
    assert sweep() == [] or owner
    folder = left_behind(tmp_path, owner)
    assert sweep() == [folder]


def test_a_run_that_is_just_starting_is_left_alone_for_an_hour(tmp_path: Path) -> None:
    folder = left_behind(tmp_path, None)
    assert sweep() == []
    long_ago = time.time() - 4000
    os.utime(folder, (long_ago, long_ago))
    assert sweep() == [folder]


def test_folders_of_others_and_links_are_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "owner").write_text(DEAD)
    (tmp_path / f"seamline-{os.getuid()}-link").symlink_to(home)
    other = tmp_path / f"seamline-{os.getuid() + 1}-1-x"
    other.mkdir()
    assert sweep() == []
    assert home.exists()
    assert other.exists()


def test_a_process_has_one_start_and_a_dead_one_none(sleeper: subprocess.Popen[bytes]) -> None:
    assert started_at(sleeper.pid) == started_at(sleeper.pid)
    assert started_at(999999999) is None
    sleeper.kill()
    sleeper.wait()
    assert started_at(sleeper.pid) is None
