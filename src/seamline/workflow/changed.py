"""Which operations a change may touch: what git says differs, read as narrowly as is safe.

A spec file and a document that lies in the repository are held against what they said then, operation by
operation. Any other file may mean anything: then every operation is tested.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from seamline.errors import SeamlineError, SpecError
from seamline.openapi.document import Document, parse
from seamline.openapi.operation import operations
from seamline.report.words import count
from seamline.spec import ENDPOINTS, find_spec, load_endpoints
from seamline.spec.project import Project
from seamline.system.repository import Repository

_OURS = frozenset(
    (
        *("API_Integration_Testing.md", "Database_Integration_Testing.md", "report.html"),
        *("junit.xml", "events.ndjson"),
    )
)
_WORDS = frozenset((".md", ".rst"))
"""Files for people: no system reads them."""


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """`operations` that may behave otherwise than at `ref`; None: any may. `why` says it in words."""

    ref: str
    operations: frozenset[str] | None
    why: str


def changed_since(project: Project, ref: str) -> Changed:
    """What changed in the working tree since a commit. Raises `UsageError` outside git or for no commit."""
    repository = Repository(project.folder, "--changed-since")
    commit = repository.commit(ref)
    specs = project.path(project.paths.specs)
    endpoints = find_spec(specs, ENDPOINTS)
    document = _document_file(project)
    touched: set[str] = set()
    said: list[str] = []
    for name in repository.differing(commit):
        path = (repository.root / name).resolve()
        if _is_for_people(project, path):
            continue
        old = repository.then(commit, name)
        if endpoints is not None and path == endpoints.resolve():
            found = _entries(path, old, project)
        elif document is not None and path == document:
            found = _parts(path, old)
        else:
            found = None
        if found is None:
            why = f"{name} changed since {ref}, and which operations that touches cannot be told"
            return Changed(ref=ref, operations=None, why=why)
        touched |= found
        said.append(f"{name} ({count(len(found), 'operation')})")
    why = f"changed since {ref}: {', '.join(said)}" if said else f"nothing changed since {ref}"
    return Changed(ref=ref, operations=frozenset(touched), why=why)


def _is_for_people(project: Project, path: Path) -> bool:
    reports = project.path(project.paths.reports).resolve()
    own = path.parent == reports and path.name in _OURS
    return own or ".seamline" in path.parts or PurePosixPath(path.name).suffix.lower() in _WORDS


def _document_file(project: Project) -> Path | None:
    where = project.system.openapi
    if where is None or "://" in where or where.startswith("/"):
        return None
    return project.path(where).resolve()


def _entries(path: Path, old: bytes | None, project: Project) -> set[str] | None:
    """Operations whose entry in the spec file is another one; None where that cannot be told."""
    if old is None or not path.is_file():
        return None
    try:
        with tempfile.TemporaryDirectory() as folder:
            before = Path(folder) / path.name
            before.write_bytes(old)
            then = load_endpoints(before, project.identities)
    except (OSError, SpecError):
        return None
    now = load_endpoints(path, project.identities)
    return _differing(
        {e.operation: e for e in then.endpoints}, {e.operation: e for e in now.endpoints}
    )


def _parts(path: Path, old: bytes | None) -> set[str] | None:
    """Operations of which the document says something else, whatever they refer to included."""
    if old is None or not path.is_file():
        return None
    try:
        return _differing(_said(parse(old, path.name)), _said(parse(path.read_bytes(), path.name)))
    except (SeamlineError, OSError):
        return None


def _said(document: Document) -> dict[str, Any]:
    raw = document.raw
    common = [raw.get("servers"), raw.get("security"), document.version]
    schemes = (raw.get("components") or {}).get("securitySchemes")
    found: dict[str, Any] = {}
    for key, operation in operations(document).items():
        item, _ = document.follow((raw.get("paths") or {}).get(operation.path))
        node = item.get(operation.method.lower(), item) if isinstance(item, dict) else None
        beside = (
            {k: item.get(k) for k in ("parameters", "servers")} if isinstance(item, dict) else {}
        )
        seen: dict[str, Any] = {}
        for ref in _refs([node, beside]):
            _closure(document, ref, seen)
        found[key] = [node, beside, common, schemes, seen]
    return found


def _closure(document: Document, ref: str, seen: dict[str, Any]) -> None:
    waiting = [ref]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen[one] = document.follow({"$ref": one})[0]
            waiting += _refs(seen[one])


def _refs(node: Any, depth: int = 0) -> Iterator[str]:
    if depth > 200:
        return
    if isinstance(node, list):
        for one in node:
            yield from _refs(one, depth + 1)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _refs(value, depth + 1)


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    return {key for key in {**then, **now} if then.get(key) != now.get(key)}
