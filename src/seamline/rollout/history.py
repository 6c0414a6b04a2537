"""Whether two versions of a project may differ in what makes their schema, as far as their files tell."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from seamline.spec.project import MigrationsTool, Project


def may_differ(old: Project, new: Project, differing: Sequence[Path]) -> bool:
    """False only where all that the schema is made of is known and no file of it is another one."""
    then = old.database.migrations if old.database is not None else None
    now = new.database.migrations if new.database is not None else None
    if then != now or now is None:
        return True
    places = list(_places(new, now))
    if not places:
        return bool(differing)
    return any(
        path.resolve().is_relative_to(place)
        or (now.kind == "django" and "migrations" in path.parts)
        for path in differing
        for place in places
    )


def _places(project: Project, tool: MigrationsTool) -> Iterator[Path]:
    """Files and folders of which the schema is made; none where that is not known."""
    home = project.path(project.system.cwd)
    if tool.folder is not None:
        yield project.path(tool.folder).resolve()
    elif tool.kind == "sql":
        yield from (project.path(name).resolve() for name in tool.files)
    elif tool.kind == "django":
        yield (home / (tool.config or "manage.py")).resolve()
    elif tool.kind == "alembic":
        yield from _of_alembic((home / (tool.config or "alembic.ini")).resolve())


def _of_alembic(ini: Path) -> Iterator[Path]:
    parser = configparser.ConfigParser(defaults={"here": str(ini.parent)})
    try:
        parser.read_string(ini.read_text("utf-8"))
        said = parser.get("alembic", "script_location")
        versions = parser.get("alembic", "version_locations", fallback="")
    except (OSError, UnicodeDecodeError, configparser.Error):
        return
    if ":" in said and not Path(said).is_absolute():
        return  # in a package, which only the system's interpreter can find
    yield ini
    for place in (said, *(v for v in re.split(r"[\s,;:]+", versions) if v)):
        yield (ini.parent / place).resolve()
