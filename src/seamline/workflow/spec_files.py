"""The two spec files as `seamline init` writes them: generated, or merged with what a person made of them.

Beside them, in `.seamline/base`, stands each file as it was last generated: what a person has changed
since is the difference, and that is never lost.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from seamline.discover.json_page import page
from seamline.discover.merge import merge, same
from seamline.errors import SpecError, UsageError
from seamline.report.atomic import replacing
from seamline.spec import (
    DATA,
    ENDPOINTS,
    find_spec,
    json_text,
    load,
    load_data,
    load_endpoints,
    yaml_text,
)
from seamline.spec.data import DataFramework
from seamline.spec.data_rules import data_problems
from seamline.spec.endpoint_rules import endpoint_problems, entries
from seamline.spec.endpoints import EndpointSpecs
from seamline.spec.files import as_endpoints
from seamline.spec.position import KeyPath, Malformed, Marks
from seamline.spec.project import Project

_BASE = Path(".seamline") / "base"
_ROUNDS = 20


class Draft(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One spec file before it is written: `text` is what it will hold, `is_new` whether that is a change.

    `conflicts` are values that a person and the new generation changed, `left_out` new cases that do
    not fit into what the person made of the file.
    """

    path: Path
    base: Path
    value: Any
    text: str
    generated: str
    is_new: bool
    conflicts: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def write(self) -> None:
        """Write the file where it changes, then its base: killed in between, no addition is lost."""
        if self.is_new:
            _write(self.path, self.text)
        if not self.base.is_file() or self.base.read_text("utf-8") != self.generated:
            _write(self.base, self.generated)

    def line_of(self, path: KeyPath) -> int:
        """The line of the file on which something stands; 1 where the text cannot tell."""
        marks, added = self._places
        return self.text.count("\n", 0, marks.find(path[added:])) + 1

    @cached_property
    def _places(self) -> tuple[Marks, int]:
        decode = json_text.decode if self.path.suffix == ".json" else yaml_text.decode
        tree = decode(self.text)
        return tree.marks(), as_endpoints(tree.value)[1]


def existing(project: Project) -> dict[str, Path]:
    """The spec files that are there already, by stem."""
    folder = project.path(project.paths.specs)
    found = {stem: find_spec(folder, stem) for stem in (ENDPOINTS, DATA)}
    return {stem: path for stem, path in found.items() if path is not None}


def generated_before(project: Project, stem: str) -> Any:
    """The file as it was last generated; empty where that is not kept."""
    base = project.path(project.paths.specs) / _BASE / f"{stem}.json"
    return _decoded(base) if base.is_file() else {}


def check_existing(project: Project, files: Mapping[str, Path]) -> None:
    """Raise `SpecError` with all that is wrong in them: what cannot be read cannot be merged."""
    problems: list[str] = []
    for stem, path in files.items():
        try:
            if stem == ENDPOINTS:
                load_endpoints(path, project.identities)
            else:
                load_data(path)
        except SpecError as exc:
            problems += exc.problems
    if problems:
        raise SpecError(problems)


def draft(project: Project, stem: str, generated: Any) -> Draft:
    """What the file `stem` becomes: generated, or merged into the one that is there."""
    folder = project.path(project.paths.specs)
    base = folder / _BASE / f"{stem}.json"
    text = page(generated)
    path = find_spec(folder, stem)
    if path is None:
        path = folder / f"{stem}.json"
        try:
            _hold(stem, text, path.name, project.identities)
        except SpecError as exc:
            raise RuntimeError(f"the generated {path.name} breaks its own rules: {exc}") from exc
        return Draft(path=path, base=base, value=generated, text=text, generated=text, is_new=True)
    mine, before = _decoded(path), path.read_text("utf-8-sig")
    then = generated_before(project, stem)
    merged = merge(then, mine, generated)
    value = merged.value
    left_out: list[str] = []
    if stem == ENDPOINTS:
        value, left_out = _fitting(merged.value, mine, project.identities)
    is_new = not same(value, mine)
    if is_new and path.suffix != ".json":
        raise UsageError(
            f"{path.name}: --update writes JSON, and would lose the comments of YAML."
            f" Move it to {stem}.json first, or take what is new from {base.name} by hand"
        )
    result = page(value) if is_new else before
    _hold(stem, result, path.name, project.identities)
    return Draft(
        path=path,
        base=base,
        value=value,
        text=result,
        generated=text,
        is_new=is_new,
        conflicts=tuple(map(str, merged.conflicts)),
        left_out=tuple(left_out),
    )


def _decoded(path: Path) -> Any:
    """A file's document in its canonical outer shape."""
    decode = json_text.decode if path.suffix == ".json" else yaml_text.decode
    try:
        value = decode(path.read_text("utf-8-sig")).value
    except (OSError, ValueError, Malformed) as exc:
        raise SpecError(f"{path}: cannot be read: {exc}. It is Seamline's own: delete it") from None
    return as_endpoints(value)[0] if path.name.startswith(ENDPOINTS) else value


def _hold(stem: str, text: str, name: str, identities: Collection[str]) -> None:
    """Hold a text against the rules of its file. Raises `SpecError`."""
    if stem == ENDPOINTS:
        load(
            text,
            EndpointSpecs,
            name=name,
            rules=lambda document: endpoint_problems(document, identities),
            arrange=as_endpoints,
        )
    else:
        load(text, DataFramework, name=name, rules=data_problems)


def _fitting(value: Any, mine: Any, identities: Collection[str]) -> tuple[Any, list[str]]:
    """The merged endpoints without new cases that lean on what the person has taken away or renamed."""
    own = {(e.get("endpoint"), c.get("id")) for e, c in _cases(mine)}
    ids = {name for _, name in own}
    left_out: list[str] = []
    value = json.loads(json.dumps(value))
    doubtful = {
        (i, j)
        for i, e in entries(value, "endpoints")
        for j, c in entries(e, "cases")
        if c.get("id") in ids and (e.get("endpoint"), c.get("id")) not in own
    }
    for _ in range(_ROUNDS):
        for problem in endpoint_problems(value, identities):
            match problem.path:
                case ("endpoints", int(i), "cases", int(j), *_):
                    doubtful.add((i, j))
        gone = [
            (i, j)
            for i, j in doubtful
            if _key(value["endpoints"][i], value["endpoints"][i]["cases"][j]) not in own
        ]
        for i, j in sorted(gone, reverse=True):
            entry = value["endpoints"][i]
            case = entry["cases"].pop(j)
            operation = f"{entry.get('method')} {entry.get('endpoint')}"
            left_out.append(
                f"{operation}: the new case {case.get('id')!r} does not fit into your file"
            )
        if not gone:
            break
        doubtful = set()
    return value, left_out


def _key(entry: Mapping[str, Any], case: Mapping[str, Any]) -> tuple[Any, Any]:
    return entry.get("endpoint"), case.get("id")


def _cases(document: Any) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(e, c) for _, e in entries(document, "endpoints") for _, c in entries(e, "cases")]


def _write(path: Path, text: str) -> None:
    try:
        with replacing(path) as file:
            file.write(text)
    except OSError as exc:
        raise UsageError(f"cannot write {path}: {exc.strerror}") from None
