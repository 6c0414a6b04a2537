"""What a folder says of the system in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seamline.discover.detect import Detected, detect
from seamline.discover.folder import MAX_BYTES, Folder

FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def look(folder: Path, files: dict[str, str], url: str | None = None) -> Detected:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return detect(folder, url)


def command_of(detected: Detected) -> str:
    assert detected.program is not None
    return " ".join(detected.program.command)


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"main.py": FASTAPI}, "uvicorn main:app --host 127.0.0.1 --port {port}"),
        ({"pkg/__init__.py": FASTAPI}, "uvicorn pkg:app --host"),
        ({"src/pkg/main.py": FASTAPI}, "uvicorn pkg.main:app --host"),
        (
            {"a.py": "import fastapi\napi: fastapi.FastAPI = fastapi.FastAPI(title='x')\n"},
            "uvicorn a:api",
        ),
        ({"a.py": "class Shop(FastAPI):\n    pass\n\napp = Shop(\n)\n"}, "uvicorn a:app"),
        ({"a.py": "app = Starlette(routes=[])\n"}, "uvicorn a:app"),
        ({"a.py": "app = Litestar([])\n"}, "uvicorn a:app"),
        (
            {"a.py": "app = Flask(__name__)\n"},
            "flask --app a:app run --host 127.0.0.1 --port {port}",
        ),
        (
            {"a.py": "app = Flask(__name__)\n", "requirements.txt": "gunicorn==23\n"},
            "gunicorn --bind 127.0.0.1:{port} a:app",
        ),
        (
            {"a.py": "def create_app():\n    return FastAPI()\n"},
            "uvicorn a:create_app --host 127.0.0.1 --port {port} --factory",
        ),
        (
            {"manage.py": "from django.core.management import execute_from_command_line\n"},
            "python manage.py runserver --noreload 127.0.0.1:{port}",
        ),
        ({"package.json": json.dumps({"scripts": {"start": "node ."}})}, "npm start"),
        ({"Procfile": "web: gunicorn x:app --bind :$PORT\n"}, "gunicorn x:app --bind :{port}"),
    ],
)
def test_the_command_is_found(tmp_path: Path, files: dict[str, str], command: str) -> None:
    assert command_of(look(tmp_path, files)).startswith(command)


def test_an_application_in_tests_examples_or_a_virtual_environment_is_not_the_system(
    tmp_path: Path,
) -> None:
    files = {
        "tests/app.py": FASTAPI,
        ".venv/lib/app.py": FASTAPI,
        "venv/app.py": FASTAPI,
        "examples/app.py": FASTAPI,
        "service/web/app.py": FASTAPI,
    }
    assert "service.web.app:app" in command_of(look(tmp_path, files))


def test_an_object_inside_a_function_is_none(tmp_path: Path) -> None:
    assert look(tmp_path, {"a.py": "def f():\n    app = FastAPI()\n"}).program is None


def test_the_finds_are_sentences(tmp_path: Path) -> None:
    files = {
        "app.py": FASTAPI + "@app.get('/healthz')\ndef h(): ...\n",
        "db/alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
        "seed.sql": "",
        ".env.example": "DATABASE_URL=postgresql+asyncpg://u:p@localhost/db\nAPI_SECRET=\n",
        "openapi.yaml": "openapi: 3.1.0\n",
    }
    detected = look(tmp_path, files)
    assert detected.finds == (
        "found app.py: a FastAPI application, app:app",
        "found db/alembic.ini: migrations by Alembic",
        "found seed.sql: rows to start from",
        "found DATABASE_URL in .env.example: the database by environment variable",
        "found API_SECRET in .env.example: secrets by environment variable",
        "found openapi.yaml: the OpenAPI document",
        "found the route /healthz: says when the system is ready",
    )
    assert detected.engine == "postgresql"
    assert detected.openapi == "openapi.yaml"
    (url, _) = detected.variables
    assert url.value == "postgresql+asyncpg://{db_user}:{db_password}@{db_host}:{db_port}/{db_name}"


@pytest.mark.parametrize(
    ("files", "kind", "value"),
    [
        ({"manage.py": "import django"}, "django", "manage.py"),
        ({"db/migrations/2.sql": "", "db/migrations/1.up.sql": "", "db/migrations/1.down.sql": ""},
         "sql", ("db/migrations/1.up.sql", "db/migrations/2.sql")),
        ({"schema.sql": ""}, "sql", ("schema.sql",)),
        ({"prisma/migrations/1/migration.sql": ""}, "command", ("npx", "prisma", "migrate", "deploy")),
        ({"api/alembic.ini": "[alembic]\nscript_location = m\n", "api/m/env.py": ""},
         "command", ("sh", "-c", "cd api && alembic upgrade head")),
    ],
)  # fmt: skip
def test_migrations(tmp_path: Path, files: dict[str, str], kind: str, value: object) -> None:
    tool = look(tmp_path, files).migrations
    assert tool is not None
    assert tool.kind == kind
    assert value in (tool.config, tool.files, tool.command)


def test_extensions_of_the_migrations_are_made_by_the_administrator(tmp_path: Path) -> None:
    text = 'CREATE EXTENSION IF NOT EXISTS citext;\ncreate extension "uuid-ossp";'
    assert look(tmp_path, {"schema.sql": text}).extensions == ("citext", "uuid-ossp")


def test_variables_that_the_sources_cannot_start_without(tmp_path: Path) -> None:
    text = """
import os
url = os.environ["DATABASE_URL"]
secret = _required("JWT_SECRET")
level = os.environ.get("LOG_LEVEL", "info")
host = os.getenv("PGHOST")
region = os.environ["REGION"]
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="app_")
    api_key: str
    size: int = 5
"""
    kinds = {v.name: (v.kind, v.value) for v in look(tmp_path, {"a.py": text}).variables}
    assert kinds == {
        "DATABASE_URL": ("database", "{database_url}"),
        "JWT_SECRET": ("secret", ""),
        "PGHOST": ("database", "{db_host}"),
        "REGION": ("unknown", ""),
        "APP_API_KEY": ("secret", ""),
    }


def test_parts_of_a_database_address(tmp_path: Path) -> None:
    parts = ("SERVER", "PORT", "DB", "USER", "PASSWORD")
    names = [f"POSTGRES_{part}" for part in parts]
    detected = look(tmp_path, {".env.example": "\n".join(f"{n}=x" for n in names)})
    values = [v.value for v in detected.variables]
    assert values == ["{db_host}", "{db_port}", "{db_name}", "{db_user}", "{db_password}"]


def test_a_folder_of_files_that_go_up_and_down(tmp_path: Path) -> None:
    files = {"migrations/1_a.sql": "-- +goose Up\nCREATE EXTENSION citext;\n-- +goose Down\n"}
    detected = look(tmp_path, files)
    tool = detected.migrations
    assert tool is not None
    assert (tool.kind, tool.folder, tool.files) == ("sql", "migrations", ())
    assert detected.extensions == ("citext",)


def test_the_driver_that_sqlalchemy_needs(tmp_path: Path) -> None:
    files = {
        "a.py": 'engine = create_async_engine(os.environ["DATABASE_URL"])',
        "requirements.txt": "SQLAlchemy[asyncio]>=2\nasyncpg\n",
    }
    assert look(tmp_path, files).variables[0].value.startswith("postgresql+asyncpg://")


def test_a_real_env_file_is_nobodys_business(tmp_path: Path) -> None:
    assert look(tmp_path, {".env": "API_TOKEN=real\n"}).variables == ()


def test_a_url_makes_a_command_needless(tmp_path: Path) -> None:
    detected = look(tmp_path, {"main.py": FASTAPI}, "http://127.0.0.1:8000/")
    assert detected.program is None
    assert detected.is_enough
    assert detected.url == "http://127.0.0.1:8000"


def test_an_empty_folder_is_not_enough(tmp_path: Path) -> None:
    detected = detect(tmp_path)
    assert not detected.is_enough
    assert detected.finds == ()


def test_other_engines_are_told_apart(tmp_path: Path) -> None:
    assert look(tmp_path, {"requirements.txt": "flask\nPyMySQL\n"}).engine == "mysql"


def test_what_is_read_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "huge.py").write_text("#" * MAX_BYTES + "\napp = FastAPI()\n")
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00app = 1")
    (tmp_path / "loop").symlink_to(tmp_path)
    folder = Folder(tmp_path)
    assert folder.files == ("bytes.py", "huge.py")
    assert detect(tmp_path).program is None


def test_broken_files_are_no_obstacle(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[",
        "package.json": "{",
        "Procfile": "web: 'x\n",
        "main.py": FASTAPI,
    }
    assert "main:app" in command_of(look(tmp_path, files))
