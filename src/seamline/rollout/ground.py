"""The databases of a comparison: the previous release's own, and the same rows under the present schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from seamline.engines.protocol import Address, Server
from seamline.errors import SeamlineError, SpecError, UsageError
from seamline.model.catalog import Catalog, Column
from seamline.rollout.release import KEY, Release
from seamline.run.migrate import migrate
from seamline.run.rules import Files
from seamline.run.setup import Setup, beside, make_base
from seamline.spec.project import MigrationsTool, Project
from seamline.spec.sql_folder import read_folder

Rows = Literal["same", "refused", "apart"]
Script = tuple[str, str, bool]
"""A SQL file: its name, its text, and whether it runs in one transaction."""


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """Each version over each schema. The old schema has the rows of the old seed.

    `rows` says how the new schema came by its own: the `same` ones, migrated as a deployment does it;
    other ones, of the present seed, because the migrations `refused` the old ones (`why` says how), or
    because they do not go on from the old schema (`apart`). `changes` is in what the schemas differ.
    """

    old_on_old: Setup
    old_on_new: Setup
    new_on_new: Setup
    new_on_old: Setup
    rows: Rows
    why: str = ""
    changes: tuple[str, ...] = ()


async def grounds(setup: Setup, files: Files, release: Release) -> Grounds:
    """Make the databases on the run's own server. Raises `SeamlineError` where the old one cannot be made."""
    server, present = setup.server, setup.base
    old = release.files.project
    if server is None or present is None:
        raise UsageError(f"{KEY}: the database is not Seamline's to make another one beside it")
    if old.database is None:
        raise UsageError(f"{KEY}: seamline.toml of {release.ref} has no [database]")
    own = beside(setup, old, "seam_old")
    await make_base(own, server, old.database)
    assert own.base is not None
    rows, why, migrated = await _migrated(setup, server, files, release, own.base)
    new = migrated or present
    return Grounds(
        old_on_old=own,
        old_on_new=beside(setup, old, "seam_old_on_new", new),
        new_on_new=beside(setup, files.project, "seam_new", new),
        new_on_old=beside(setup, files.project, "seam_new_on_old", own.base),
        rows=rows,
        why=setup.redactor.text(why),
        changes=tuple(changes(await _catalog(server, own.base), await _catalog(server, new))),
    )


async def _migrated(
    setup: Setup, server: Server, files: Files, release: Release, base: Address
) -> tuple[Rows, str, Address | None]:
    """A copy of the old database, rows and all, brought to the present schema as a deployment would."""
    project = files.project
    tool = project.database.migrations if project.database is not None else None
    if tool is None or project.database is None:
        return "apart", "nothing is said of how the schema is made", None
    scripts: Sequence[Script] = ()
    if tool.kind == "sql":
        new = _scripts(project, tool)
        then = release.files.project.database
        was = then.migrations if then is not None else None
        old = _scripts(release.files.project, was) if was is not None else []
        if was is None or was.kind != "sql" or new[: len(old)] != old:
            return "apart", "the present SQL files do not go on from those of that version", None
        scripts = new[len(old) :]
    copy = await server.clone(base.name, "seam_migrated_base")
    log = setup.workspace.folder / "seam_migrated-migrations.log"
    try:
        if tool.kind == "sql":
            for label, text, atomic in scripts:
                await server.run_script(copy, text, label, atomic=atomic)
        else:
            await migrate(project, server, copy, setup.values, log, setup.workspace.record)
    except SeamlineError as exc:
        await server.drop("seam_migrated_base")
        return "refused", str(exc), None
    return "same", "", copy


def _scripts(project: Project, tool: MigrationsTool) -> list[Script]:
    """What a history of SQL files runs, in order. Raises `SpecError` for a file that cannot be read."""
    if tool.folder is not None:
        folder = read_folder(project.path(tool.folder), tool.folder)
        return [(r.file, r.up.text, r.up.atomic) for r in folder.revisions]
    found: list[Script] = []
    for name in tool.files:
        try:
            found.append((name, project.path(name).read_text("utf-8-sig"), False))
        except (OSError, UnicodeDecodeError) as exc:
            raise SpecError(f"seamline.toml: {name}: {exc}") from None
    return found


async def _catalog(server: Server, address: Address) -> Catalog:
    async with server.open(address) as database:
        return await database.catalog()


def changes(old: Catalog, new: Catalog) -> Sequence[str]:
    """In what tables and columns differ, a line each: what a version must live with."""
    said: list[str] = []
    for name in sorted(old.by_name.keys() | new.by_name.keys()):
        then, now = old.by_name.get(name), new.by_name.get(name)
        if then is None or now is None:
            said.append(f"table {name} is {'new' if then is None else 'gone'}")
            continue
        for column in sorted(then.by_column.keys() | now.by_column.keys()):
            was, is_ = then.by_column.get(column), now.by_column.get(column)
            if was != is_:
                said.append(f"column {name}.{column}{_difference(was, is_)}")
        for what in ("unique", "foreign_keys", "checks", "exclusions", "primary_key"):
            if getattr(then, what) != getattr(now, what):
                said.append(f"{what.replace('_', ' ')} of {name} are others")
    return said


def _difference(was: Column | None, now: Column | None) -> str:
    if was is None and now is not None:
        needed = not now.nullable and now.default is None and not (now.identity or now.generated)
        return f" {now.type} is new" + (", NOT NULL without a default" if needed else "")
    if was is None or now is None:
        return " is gone"
    if was.type != now.type:
        return f": {was.type} is now {now.type}"
    if was.nullable != now.nullable:
        return " may be null now" if now.nullable else " is NOT NULL now"
    return " is another"
