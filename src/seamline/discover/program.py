"""How a system is started, read from its folder: the framework, the application object, the command."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from typing import Any

import msgspec

from seamline.discover.folder import Folder

_CLASSES = {
    "FastAPI": "FastAPI",
    "Starlette": "Starlette",
    "Litestar": "Litestar",
    "Quart": "Quart",
    "Flask": "Flask",
    "APIFlask": "Flask",
    "OpenAPI": "Flask",
}
_ASGI = ("FastAPI", "Starlette", "Litestar", "Quart")
_DOCUMENTS = {"FastAPI": "/openapi.json", "Litestar": "/schema/openapi.json"}
_SUBCLASS = re.compile(r"^class\s+(\w+)\(\s*(?:\w+\.)*(\w+)\s*[,)]", re.MULTILINE)
_OBJECT = re.compile(r"^(\w+)\s*(?::[^=\n]+)?=\s*(?:await\s+)?(?:\w+\.)*(\w+)\(", re.MULTILINE)
_FACTORY = re.compile(
    r"^def\s+(create_app|make_app|get_app|build_app|create_application)\(\s*\)", re.MULTILINE
)
_NAMES = ("app", "application", "api", "main", "server", "asgi")
_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What starts the system. `ready` and `document` are paths that such a system answers by itself."""

    framework: str
    command: tuple[str, ...]
    said: str
    env: dict[str, str] = {}
    ready: str | None = None
    document: str | None = None


class _App(msgspec.Struct, frozen=True, kw_only=True):
    framework: str
    file: str
    name: str
    factory: bool = False


def requirements(folder: Folder) -> frozenset[str]:
    """Names of the packages that the project says it needs, in lower case, of Python and of Node."""
    found: set[str] = set()
    for path in folder.named("pyproject.toml")[:3]:
        found |= _of_pyproject(folder.text(path))
    for path in folder.files:
        name = path.rpartition("/")[2]
        if name.startswith("requirements") and name.endswith((".txt", ".in")):
            lines = folder.text(path).splitlines()
            found |= {m[1] for line in lines if (m := _REQUIREMENT.match(line))}
    for path in folder.named("package.json")[:3]:
        package = _json(folder.text(path))
        for key in ("dependencies", "devDependencies"):
            listed = package.get(key)
            found |= set(listed) if isinstance(listed, dict) else set()
    return frozenset(name.lower().replace("_", "-") for name in found)


def _of_pyproject(text: str) -> set[str]:
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return set()
    project, tool = document.get("project"), document.get("tool")
    listed = project.get("dependencies") if isinstance(project, dict) else None
    written = [x for x in listed if isinstance(x, str)] if isinstance(listed, list) else []
    found = {m[1] for line in written if (m := _REQUIREMENT.match(line))}
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    listed = poetry.get("dependencies") if isinstance(poetry, dict) else None
    return found | (set(listed) if isinstance(listed, dict) else set())


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def program(folder: Folder, packages: frozenset[str]) -> Program | None:
    """The first of: a Procfile, an application object, manage.py, an npm script. None: nothing found."""
    return (
        _procfile(folder)
        or _application(folder, packages)
        or _django(folder)
        or _factory(folder, packages)
        or _node(folder)
    )


def _procfile(folder: Folder) -> Program | None:
    if not folder.has("Procfile"):
        return None
    web = re.search(r"^web:\s*(.+)$", folder.text("Procfile"), re.MULTILINE)
    if web is None:
        return None
    line = re.sub(r"\$\{PORT(?::-\d+)?\}|\$PORT\b", "{port}", web[1].strip())
    try:
        words = tuple(shlex.split(line))
    except ValueError:
        return None
    if any(sign in line for sign in ("&&", "|", ";", "$(")) or not words:
        words = ("sh", "-c", line)
    return Program(
        framework="", command=words, env={"PORT": "{port}"}, said="found Procfile: its web process"
    )


def _application(folder: Folder, packages: frozenset[str]) -> Program | None:
    classes = dict(_CLASSES)
    for path in folder.python:
        for name, parent in _SUBCLASS.findall(folder.text(path)):
            if parent in _CLASSES:
                classes.setdefault(name, _CLASSES[parent])
    found = [
        _App(framework=classes[called], file=path, name=name)
        for path in folder.python
        for name, called in _OBJECT.findall(folder.text(path))
        if called in classes
    ]
    return _served(min(found, key=_rank), packages) if found else None


def _factory(folder: Folder, packages: frozenset[str]) -> Program | None:
    for path in folder.python:
        text = folder.text(path)
        made = _FACTORY.search(text)
        framework = next((f for c, f in _CLASSES.items() if re.search(rf"\b{c}\(", text)), None)
        if made is not None and framework is not None:
            app = _App(framework=framework, file=path, name=made[1], factory=True)
            return _served(app, packages)
    return None


def _rank(app: _App) -> tuple[bool, int, int, str]:
    known = _NAMES.index(app.name) if app.name in _NAMES else len(_NAMES)
    return "example" in app.file, app.file.count("/"), known, app.file


def _served(app: _App, packages: frozenset[str]) -> Program:
    inside = app.file.removeprefix("src/")
    module = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    where = f"{module}:{app.name}"
    src = inside != app.file
    said = f"found {app.file}: a {app.framework} application, {where}"
    if app.framework not in _ASGI:
        where += "()" if app.factory else ""
        words = ["flask", "--app", f"src/{inside}:{app.name}" if src else where]
        words += ["run", "--host", "127.0.0.1", "--port", "{port}"]
        if "gunicorn" in packages and not src:
            words = ["gunicorn", "--bind", "127.0.0.1:{port}", where]
        return Program(framework=app.framework, command=tuple(words), said=said)
    server = "uvicorn"
    if "hypercorn" in packages and "uvicorn" not in packages and not app.factory and not src:
        words = ["hypercorn", where, "--bind", "127.0.0.1:{port}"]
    else:
        words = [server, where, "--host", "127.0.0.1", "--port", "{port}"]
        words += ["--factory"] * app.factory + ["--app-dir", "src"] * src
        words += ["--log-level", "warning"]
    document = _DOCUMENTS.get(app.framework)
    return Program(
        framework=app.framework, command=tuple(words), said=said, ready=document, document=document
    )


def _django(folder: Folder) -> Program | None:
    for path in folder.named("manage.py"):
        if "django" in folder.text(path):
            words = ("python", path, "runserver", "--noreload", "127.0.0.1:{port}")
            return Program(framework="Django", command=words, said=f"found {path}: Django")
    return None


def _node(folder: Folder) -> Program | None:
    if not folder.has("package.json"):
        return None
    scripts = _json(folder.text("package.json")).get("scripts")
    for name in ("start", "start:prod", "serve", "dev"):
        if isinstance(scripts, dict) and isinstance(scripts.get(name), str):
            words = ("npm", "start") if name == "start" else ("npm", "run", name)
            return Program(
                framework="Node",
                command=words,
                env={"PORT": "{port}"},
                said=f"found package.json: script {name!r}",
            )
    return None
