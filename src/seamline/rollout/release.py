"""The previous release: its folder as a commit has it, its toml and spec files, and what differs since."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec

from seamline.errors import UsageError
from seamline.model.case import NotCovered
from seamline.run.rules import Files
from seamline.spec import ENDPOINTS, PROJECT, find_spec, load_endpoints, load_project
from seamline.spec.data import DataFramework
from seamline.spec.project import Project
from seamline.system.repository import Repository

KEY = "migrations.previous"


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """A version that is checked out and read. `differing` are the files of the present that are others.

    `own_cases` is false where that version has no spec file: then the present one's cases stand for it.
    """

    ref: str
    commit: str
    files: Files
    differing: tuple[Path, ...]
    own_cases: bool = True
    not_covered: tuple[NotCovered, ...] = ()


def checked_out(files: Files, ref: str, into: Path) -> Release:
    """The project at a ref, written below `into`. Raises `UsageError` where it cannot be had, `SpecError`
    where one of its files is wrong."""
    present = files.project
    repository = Repository(present.folder, KEY)
    commit = repository.commit(ref)
    place = present.folder.relative_to(repository.root.resolve())
    below = "" if place == Path() or _reaches_out(present) else place.as_posix()
    repository.check_out(commit, below, into)
    folder = into if below else into / place
    if not folder.is_dir():
        raise UsageError(f"{KEY}: {ref} has no folder {place}")
    root = repository.root.resolve()
    differing = tuple(root / name for name in repository.differing(commit))
    missing: list[NotCovered] = []
    project = msgspec.structs.replace(present, folder=folder)
    if (folder / PROJECT).is_file():
        project = load_project(folder)
    else:
        missing.append(_without(ref, PROJECT))
    endpoints = files.endpoints
    place_of_specs = project.path(project.paths.specs)
    written = find_spec(place_of_specs, ENDPOINTS) if place_of_specs.is_dir() else None
    if written is not None:
        endpoints = load_endpoints(written, project.identities)
    else:
        missing.append(_without(ref, ENDPOINTS))
    return Release(
        ref=ref,
        commit=commit,
        # Rows are judged by none of its rules: they are about its own schema.
        files=Files(project=_importing(project), endpoints=endpoints, data=DataFramework()),
        differing=differing,
        own_cases=written is not None,
        not_covered=tuple(missing),
    )


def _without(ref: str, name: str) -> NotCovered:
    return NotCovered(
        subject=f"old and new side by side: {name} of {ref}",
        reason="that version has none: the present one stands for it",
    )


def _reaches_out(project: Project) -> bool:
    """Whether the toml names files beside the project's folder: then all of the repository is needed."""
    return any(
        not project.path(name).resolve().is_relative_to(project.folder) for name in _places(project)
    )


def _places(project: Project) -> Iterator[str]:
    yield project.system.cwd
    yield project.paths.specs
    where = project.system.openapi
    if where is not None and not where.startswith("/") and "://" not in where:
        yield where
    yield from (part for part in project.system.command or () if part.startswith(".."))
    database = project.database
    if database is not None and isinstance(database.seed, tuple):
        yield from database.seed
    if database is not None and database.migrations is not None:
        yield from database.migrations.files
        yield database.migrations.config or "."


def _importing(project: Project) -> Project:
    """The project with its own folder first on Python's path: what is installed may lead to the present."""
    home = project.path(project.system.cwd)
    known = project.system.env.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
    own = [str(p) for p in (home / "src", home) if p.is_dir()]
    path = os.pathsep.join(p for p in (*own, known) if p)
    env = {**project.system.env, "PYTHONPATH": path}
    return msgspec.structs.replace(project, system=msgspec.structs.replace(project.system, env=env))
