"""The three files by name: where they are looked for, and what each is loaded as."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from seamline.errors import SpecError, UsageError
from seamline.spec.data import DataFramework
from seamline.spec.data_rules import data_problems
from seamline.spec.endpoint_rules import endpoint_problems
from seamline.spec.endpoints import EndpointSpec, EndpointSpecs
from seamline.spec.loader import load
from seamline.spec.project import Project, ProjectFile, Secret
from seamline.spec.project_rules import project_problems, templates_in

PROJECT = "seamline.toml"
ENDPOINTS = "Endpoint_Validation_Specs"
DATA = "Data_Validation_Framework"

_ENDPOINT_KEYS = frozenset(field.encode_name for field in msgspec.structs.fields(EndpointSpec))


def load_project(path: Path) -> Project:
    """`seamline.toml`, given as the file or its folder.

    `{secret:jwt}` is what `[secrets]` says; in a file without that table it is the environment
    variable SEAMLINE_SECRET_JWT. Raises `UsageError` where there is no file, `SpecError` where it is wrong.
    """
    file = path / PROJECT if path.is_dir() else path
    if not file.is_file():
        raise UsageError(
            f"{file.name}: not found in {file.parent.resolve()}."
            " Go to the folder that has it, or name it with --project; README.md shows a small one."
        )
    written = load(file, ProjectFile, rules=project_problems)
    fields = {name: getattr(written, name) for name in written.__struct_fields__}
    if not written.secrets:
        fields["secrets"] = _conventional_secrets(written)
    return Project(folder=file.parent.resolve(), **fields)


def _conventional_secrets(written: ProjectFile) -> dict[str, Secret]:
    used = (
        name for _, kind, name in templates_in(msgspec.to_builtins(written)) if kind == "secret"
    )
    return {name: Secret(env=f"SEAMLINE_SECRET_{name.upper()}") for name in used}


def load_endpoints(path: Path, identities: Collection[str]) -> EndpointSpecs:
    """`Endpoint_Validation_Specs`: one entry, a list of them, or `{"endpoints": [...]}`.

    `identities` are the names that seamline.toml declares. Raises `SpecError`.
    """
    return load(
        path,
        EndpointSpecs,
        rules=lambda document: endpoint_problems(document, identities),
        arrange=as_endpoints,
    )


def as_endpoints(document: Any) -> tuple[Any, int]:
    """An endpoint document as `{"endpoints": [...]}`, and how deep the given one stands in that."""
    if isinstance(document, list):
        return {"endpoints": document}, 1
    is_entry = isinstance(document, dict) and not _ENDPOINT_KEYS.isdisjoint(document)
    if is_entry and "endpoints" not in document:
        return {"endpoints": [document]}, 2
    return document, 0


def load_data(path: Path) -> DataFramework:
    """`Data_Validation_Framework`. Raises `SpecError`."""
    return load(path, DataFramework, rules=data_problems)


def find_spec(folder: Path, stem: str) -> Path | None:
    """The file `stem` with .json, .yaml or .yml in a folder. Raises `SpecError` where there are several."""
    names = [f"{stem}{extension}" for extension in (".json", ".yaml", ".yml")]
    there = [folder / name for name in names if (folder / name).is_file()]
    if len(there) > 1:
        names = [file.name for file in there]
        text = f"there is also {' and '.join(names[1:])}; keep one of them"
        raise SpecError(f"{there[0]}:1:1: {text}")
    return there[0] if there else None
