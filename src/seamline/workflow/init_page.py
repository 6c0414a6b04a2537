"""What `seamline init` prints: what was found, written, kept and left open, and its refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from seamline.discover.detect import DOCUMENT_PATHS
from seamline.spec import ENDPOINTS, PROJECT
from seamline.spec.project import Project

_SMALLEST = '{"endpoint": "/health", "method": "GET", "expectedStatus": 200}'


class Report(msgspec.Struct, kw_only=True):
    """What init tells at its end; every entry is a line."""

    found: list[str] = []
    written: list[str] = []
    told: list[str] = []
    to_fill: list[str] = []
    to_paste: list[str] = []


def page(report: Report) -> Iterator[str]:
    """The lines to print; parts without any are left out."""
    parts = (
        ("Found", report.found),
        ("Written", report.written),
        ("Left as it was", report.told),
        ("Could not be filled in: edit these lines", report.to_fill),
        (f"Tried, and it works: paste into {PROJECT}, then init --update", report.to_paste),
    )
    for title, lines in parts:
        if lines:
            yield title
            yield from (f"  {line}" for line in lines)
            yield ""


def contents(stem: str, value: Any) -> str:
    """How much a spec file holds."""
    if stem == ENDPOINTS:
        entries = value.get("endpoints", [])
        cases = sum(len(e.get("cases", ())) for e in entries)
        return f"{len(entries)} operations, {cases} cases"
    tables = value.get("tables", {})
    checks = sum(len(t.get("checks", ())) for t in tables.values())
    return f"{len(tables)} tables, {checks} checks"


def shown(path: Path) -> str:
    """The path as a person would type it here."""
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def command(name: str, folder: Path) -> str:
    """A command line of ours for that folder, to be typed here."""
    where = shown(folder)
    return f"seamline {name}" if where == "." else f"seamline {name} --project {where}"


def there(files: Iterable[Path]) -> str:
    """The refusal to overwrite spec files."""
    names = " and ".join(shown(path) for path in files)
    return (
        f"{names}: there already, and not overwritten."
        " `seamline init --update` merges what is new into it and keeps every edit"
    )


def nothing(folder: Path) -> str:
    """What to do where a folder says nothing."""
    return (
        f"nothing in {shown(folder)} says how a system is started: no application of FastAPI,"
        " Starlette, Litestar, Flask or Django, no Procfile, no package.json with a start script."
        " Give --url of one that runs, --project of another folder, or write seamline.toml:\n"
        '  [system]\n  command = ["…", "{port}"]\n  ready = "/health"\n  openapi = "/openapi.json"'
    )


def no_document(base: str, why: str, project: Project) -> str:
    """What to do about a system without a document."""
    where = f"{project.paths.specs}/{ENDPOINTS}.json"
    tried = f"{why}" if why else f"no OpenAPI document at {base}{DOCUMENT_PATHS[0]} and the like"
    return (
        f"{tried}. Where there is one (a file, a URL, a path), say it in [system] openapi."
        f" A system without one is tested by what you write by hand into {where}"
        f" (see docs/files.md); the smallest that runs:\n  {_SMALLEST}"
    )
