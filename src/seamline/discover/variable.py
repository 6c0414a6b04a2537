"""The environment variables that a system reads: the database's, secrets, what else it must have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from seamline.discover.folder import Folder

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example")
_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=[ \t]*(.*?)\s*$", re.MULTILINE)
_OPTIONAL = re.compile(r"(?:environ\.get|getenv)\(\s*[\"']([A-Z][A-Z0-9_]+)[\"']")
_REQUIRED = re.compile(
    r"(?:environ\[|\w*(?:require|required|must)\w*\(|\benv\(|process\.env\[|ENV\.fetch\(|ENV\[)"
    r"\s*[\"']([A-Z][A-Z0-9_]+)[\"']"
)
_NODE = re.compile(r"process\.env\.([A-Z][A-Z0-9_]+)")
_SETTINGS = re.compile(
    r"^class\s+\w+\((?:\w+\.)*BaseSettings\):\n((?:[ \t]+.*\n|\s*\n)+)", re.MULTILINE
)
_FIELD = re.compile(r"^[ \t]+([a-z_][a-z0-9_]*)\s*:\s*([^=\n]+?)\s*(=.*)?$", re.MULTILINE)
_PREFIX = re.compile(r"env_prefix\s*=\s*[\"']([^\"']*)[\"']")
_URL = re.compile(
    r"(?:\w+_)?(?:DATABASE|DB|POSTGRES|POSTGRESQL|PG|SQLALCHEMY|SQLALCHEMY_DATABASE)_?(?:URL|URI|DSN)"
)
_PART = re.compile(
    r"(?:\w+_)?(?:POSTGRES|POSTGRESQL|PG|DB|DATABASE)_?"
    r"(HOST|HOSTNAME|SERVER|PORT|USER|USERNAME|PASSWORD|PASS|DB|NAME|DATABASE)"
)
_PLACES = {
    "HOST": "{db_host}",
    "HOSTNAME": "{db_host}",
    "SERVER": "{db_host}",
    "PORT": "{db_port}",
    "USER": "{db_user}",
    "USERNAME": "{db_user}",
    "PASSWORD": "{db_password}",
    "PASS": "{db_password}",
    "DB": "{db_name}",
    "NAME": "{db_name}",
    "DATABASE": "{db_name}",
}
_SECRET = re.compile(r"SECRET|PASSWORD|PASSPHRASE|TOKEN|(?:^|_)KEY$|API_KEY|PRIVATE", re.IGNORECASE)
_DRIVER = re.compile(r"^(postgres(?:ql)?\+\w+)://")
_SET_BY_OTHERS = frozenset(
    {"PATH", "HOME", "USER", "PWD", "TMPDIR", "LANG", "TZ", "NODE_ENV", "CI"}
)

Kind = Literal["database", "port", "secret", "given", "unknown"]


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """One variable: `value` is what seamline.toml says it is, `unknown` when nobody could tell."""

    name: str
    kind: Kind
    value: str
    source: str


def variables(folder: Folder, packages: frozenset[str]) -> tuple[Variable, ...]:
    """What the example of an .env lists and what the sources cannot start without, by name once."""
    written = _examples(folder)
    required, optional = _read_by_sources(folder)
    scheme = _scheme(folder, packages, written)
    found: dict[str, Variable] = {}
    wanted = [
        *written,
        *required,
        *(n for n in optional if _URL.fullmatch(n) or _PART.fullmatch(n)),
    ]
    for name in dict.fromkeys(wanted):
        if name in _SET_BY_OTHERS:
            continue
        example, source = written.get(name, ("", required.get(name) or optional.get(name, "")))
        found[name] = _variable(name, example, source, scheme)
    return tuple(found.values())


def _variable(name: str, example: str, source: str, scheme: str) -> Variable:
    part = _PART.fullmatch(name)
    if _URL.fullmatch(name):
        url = "{db_user}:{db_password}@{db_host}:{db_port}/{db_name}"
        value = f"{scheme}://{url}" if scheme else "{database_url}"
        return Variable(name=name, kind="database", value=value, source=source)
    if part is not None:
        return Variable(name=name, kind="database", value=_PLACES[part[1]], source=source)
    if name == "PORT" or name.endswith(("_HTTP_PORT", "SERVER_PORT", "APP_PORT")):
        return Variable(name=name, kind="port", value="{port}", source=source)
    if _SECRET.search(name):
        return Variable(name=name, kind="secret", value=example, source=source)
    kind: Kind = "given" if example else "unknown"
    return Variable(name=name, kind=kind, value=example, source=source)


def _examples(folder: Folder) -> dict[str, tuple[str, str]]:
    """Name -> (value, file) of every example of an .env; the real .env is nobody's business."""
    found: dict[str, tuple[str, str]] = {}
    for path in folder.named(*_EXAMPLES)[:4]:
        for name, value in _LINE.findall(folder.text(path)):
            bare = value.partition(" #")[0].strip().strip("\"'")
            found.setdefault(name, (bare, path))
    return found


def _read_by_sources(folder: Folder) -> tuple[dict[str, str], dict[str, str]]:
    """Required and optional names, each with the file that reads it."""
    required: dict[str, str] = {}
    optional: dict[str, str] = {}
    for path in folder.sources:
        text = folder.text(path)
        for name in _OPTIONAL.findall(text):
            optional.setdefault(name, path)
        for name in [*_REQUIRED.findall(text), *_fields(text)]:
            required.setdefault(name, path)
        for name in _NODE.findall(text):  # undefined is what a Node program starts with
            optional.setdefault(name, path)
    return {n: p for n, p in required.items() if n not in optional}, optional


def _fields(text: str) -> Iterator[str]:
    """Fields of a pydantic BaseSettings that have no default."""
    for body in _SETTINGS.findall(text):
        prefix = found[1] if (found := _PREFIX.search(body)) else ""
        for name, kind, default in _FIELD.findall(body):
            if not default and name != "model_config" and not kind.startswith("ClassVar"):
                yield f"{prefix}{name}".upper()


def _scheme(folder: Folder, packages: frozenset[str], written: dict[str, tuple[str, str]]) -> str:
    """The scheme that a URL must have for SQLAlchemy's driver; empty where the plain one will do."""
    for name, (value, _) in written.items():
        if _URL.fullmatch(name) and (driver := _DRIVER.match(value)):
            return driver[1]
    if "sqlalchemy" not in packages and "sqlmodel" not in packages:
        return ""
    text = "".join(folder.text(path) for path in folder.python)
    if "+asyncpg" in text or "+psycopg" in text:
        return ""  # the system puts it there itself
    if "asyncpg" in packages and "create_async_engine" in text:
        return "postgresql+asyncpg"
    if packages & {"psycopg2", "psycopg2-binary"}:
        return ""
    return "postgresql+psycopg" if "psycopg" in packages else ""
