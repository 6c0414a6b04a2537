"""What a folder says of the system in it: how it starts, its database, migrations, document, variables."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import msgspec

from seamline.discover.account import Account
from seamline.discover.folder import MAX_FILES, Folder
from seamline.discover.program import Program, program, requirements
from seamline.discover.variable import Variable, variables
from seamline.spec.project import MigrationsTool
from seamline.spec.sql_folder import style_of_file

HEALTH_PATHS = ("/health", "/healthz", "/ping", "/api/health", "/api/healthz", "/livez", "/readyz")
DOCUMENT_PATHS = (
    "/openapi.json",
    "/api/openapi.json",
    "/schema/openapi.json",
    "/openapi.yaml",
    "/v3/api-docs",
    "/api-json",
    "/api-docs",
    "/swagger.json",
    "/api/schema/",
    "/swagger/v1/swagger.json",
    "/api/v1/openapi.json",
    "/docs/openapi.json",
)
_HEALTH = re.compile(
    r"[\"'](/(?:[\w-]+/){0,2}(?:health|healthz|healthcheck|health-check|ping|livez|readyz))/?[\"']"
)
_DRIVERS = {
    "postgresql": ("psycopg", "psycopg2", "psycopg2-binary", "asyncpg", "pg", "postgres"),
    "mysql": ("pymysql", "mysqlclient", "aiomysql", "mysql", "mysql2"),
    "sqlite": ("aiosqlite", "better-sqlite3", "sqlite3"),
}
_FOLDERS = ("migrations", "migration", "db/migrations", "sql", "db/migrate", "database/migrations")
_SCRIPTS = re.compile(r"^script_location\s*=\s*(\S+)", re.MULTILINE)
_EXTENSION = re.compile(r"CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?\"?([\w-]+)", re.IGNORECASE)
_DOCUMENT_NAMES = ("openapi.json", "openapi.yaml", "openapi.yml", "swagger.json", "swagger.yaml")


class Detected(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `finds` says each thing in a sentence, `missing` what init could not find out.

    `openapi` is a file of the folder, or a path that such a system is known to answer. `accounts` are
    identities that were made through the API of the running system.
    """

    folder: Path
    finds: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    url: str | None = None
    program: Program | None = None
    ready: str | None = None
    openapi: str | None = None
    engine: str | None = None
    migrations: MigrationsTool | None = None
    seed: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    extensions: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether there is something to start or to call."""
        return self.url is not None or self.program is not None


def detect(root: Path, url: str | None = None) -> Detected:
    """Look at a folder; `url` is where the system already runs, which makes a command needless."""
    folder = Folder(root)
    packages = requirements(folder)
    started = None if url is not None else program(folder, packages)
    finds = [f"given: a system that already runs at {url}"] if url is not None else []
    finds += [started.said] if started is not None else []
    migrations, said = _migrations(folder)
    finds += [said] if said else []
    seed = _seed(folder)
    finds += [f"found {', '.join(seed)}: rows to start from"] if seed else []
    named = variables(folder, packages)
    finds += _said(named)
    engine = _engine(packages, named, migrations)
    openapi = _document_file(folder)
    finds += [f"found {openapi}: the OpenAPI document"] if openapi else []
    health = _health(folder)
    finds += [f"found the route {health}: says when the system is ready"] if health else []
    missing = [f"only the first {MAX_FILES} files were looked at"] if folder.is_cut else []
    return Detected(
        folder=root,
        finds=tuple(finds),
        missing=tuple(missing),
        url=url.rstrip("/") if url is not None else None,
        program=started,
        ready=health or (started.ready if started is not None else None),
        openapi=openapi or (started.document if started is not None else None),
        engine=engine,
        migrations=migrations,
        seed=seed,
        variables=named,
        extensions=_extensions(folder, migrations),
    )


def _migrations(folder: Folder) -> tuple[MigrationsTool | None, str]:
    for path in folder.named("alembic.ini"):
        return _alembic(folder, path), f"found {path}: migrations by Alembic"
    for path in folder.named("manage.py"):
        if "django" in folder.text(path):
            return MigrationsTool(kind="django", config=path), f"found {path}: migrations by Django"
    if any(f.startswith("prisma/migrations/") for f in folder.files):
        command = ("npx", "prisma", "migrate", "deploy")
        said = "found prisma/migrations: migrations by Prisma"
        return MigrationsTool(kind="command", command=command), said
    for place in _FOLDERS:
        files = [f for f in folder.files if f.startswith(f"{place}/") and f.endswith(".sql")]
        styles = {style_of_file(f.removeprefix(f"{place}/"), folder.text(f)) for f in files}
        if len(styles) == 1 and styles != {""}:
            said = f"found {place}/*.sql: {len(files)} files of migrations that go up and down"
            return MigrationsTool(kind="sql", folder=place), said
        files = sorted(f for f in files if not f.endswith((".down.sql", "_down.sql", "/down.sql")))
        if files:
            said = (
                f"found {place}/*.sql: {len(files)} migrations in SQL, in the order of their names"
            )
            return MigrationsTool(kind="sql", files=tuple(files)), said
    for path in folder.named("schema.sql", "structure.sql"):
        return MigrationsTool(kind="sql", files=(path,)), f"found {path}: the schema in SQL"
    return None, ""


def _alembic(folder: Folder, path: str) -> MigrationsTool:
    """Alembic reads `script_location` from the working folder: that of the file, where it is there only."""
    place = path.rpartition("/")[0]
    found = _SCRIPTS.search(folder.text(path))
    scripts = found[1] if found is not None else ""
    is_here = not place or "%(here)s" in scripts or folder.has(f"{scripts}/env.py")
    if is_here or not folder.has(f"{place}/{scripts}/env.py"):
        return MigrationsTool(kind="alembic", config=path)
    command = ("sh", "-c", f"cd {shlex.quote(place)} && alembic upgrade head")
    return MigrationsTool(kind="command", command=command)


def _seed(folder: Folder) -> tuple[str, ...]:
    for path in folder.named("seed.sql", "seeds.sql"):
        return (path,)
    return tuple(
        sorted(
            f
            for f in folder.files
            if f.endswith(".sql") and f.rpartition("/")[0].rpartition("/")[2] in ("seed", "seeds")
        )
    )


def _said(named: tuple[Variable, ...]) -> list[str]:
    said = []
    for kind, what in (("database", "the database"), ("secret", "secrets")):
        of_kind = [v for v in named if v.kind == kind]
        if of_kind:
            where = ", ".join(dict.fromkeys(v.source for v in of_kind if v.source))
            names = ", ".join(v.name for v in of_kind)
            said.append(f"found {names} in {where}: {what} by environment variable")
    return said


def _engine(
    packages: frozenset[str], named: tuple[Variable, ...], migrations: MigrationsTool | None
) -> str | None:
    for engine, drivers in _DRIVERS.items():
        if packages.intersection(drivers):
            return engine
    has_database = migrations is not None or any(v.kind == "database" for v in named)
    return "postgresql" if has_database else None


def _document_file(folder: Folder) -> str | None:
    for path in folder.named(*_DOCUMENT_NAMES):
        if re.search(r"[\"']?(?:openapi|swagger)[\"']?\s*:", folder.text(path)[:4096]):
            return path
    return None


def _health(folder: Folder) -> str | None:
    found = [path for name in folder.sources for path in _HEALTH.findall(folder.text(name))]
    known = [path for path in HEALTH_PATHS if path in found]
    return known[0] if known else None


def _extensions(folder: Folder, migrations: MigrationsTool | None) -> tuple[str, ...]:
    """Extensions that the migrations make: as an ordinary role they cannot, all of them."""
    if migrations is None:
        return ()
    files = migrations.files or tuple(
        f
        for f in folder.files
        if f.endswith((".py", ".sql"))
        and ("/versions/" in f or f.startswith(f"{migrations.folder}/"))
    )
    found = (name for f in files for name in _EXTENSION.findall(folder.text(f)))
    return tuple(dict.fromkeys(name.lower() for name in found))
