"""The first seamline.toml is one that a run reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.discover.detect import Detected
from seamline.discover.program import Program
from seamline.discover.toml import TO_FILL, line_of, to_fill, toml_of
from seamline.discover.variable import Variable
from seamline.spec import load, load_project
from seamline.spec.project import MigrationsTool, Project, ProjectFile
from seamline.spec.project_rules import project_problems

PROGRAM = Program(framework="FastAPI", command=("uvicorn", "a:app", "--port", "{port}"), said="")


def variable(name: str, kind: str, value: str = "") -> Variable:
    return Variable(name=name, kind=kind, value=value, source="a.py")  # type: ignore[arg-type]


FULL = Detected(
    folder=Path(),
    program=PROGRAM,
    ready="/health",
    openapi="/openapi.json",
    engine="postgresql",
    migrations=MigrationsTool(kind="alembic", config="db/alembic.ini"),
    seed=("seed.sql",),
    extensions=("citext",),
    variables=(
        variable("DATABASE_URL", "database", "{database_url}"),
        variable("JWT_SECRET", "secret"),
        variable("REGION", "unknown"),
    ),
)


def written(folder: Path, detected: Detected) -> Project:
    (folder / "seamline.toml").write_text(toml_of(detected))
    return load_project(folder)


def test_all_that_was_found_stands_in_it(tmp_path: Path) -> None:
    project = written(tmp_path, FULL)
    assert project.system.command == PROGRAM.command
    assert project.system.ready == "/health"
    assert project.system.openapi == "/openapi.json"
    assert project.system.env == {
        "DATABASE_URL": "{database_url}",
        "JWT_SECRET": "{secret:jwt_secret}",
        "REGION": TO_FILL,
    }
    assert project.database is not None
    assert project.database.migrations == FULL.migrations
    assert project.database.seed == ("seed.sql",)
    assert project.database.extensions == ("citext",)
    assert project.secrets["jwt_secret"].env == "SEAMLINE_JWT_SECRET"
    assert len(project.secrets["jwt_secret"].default or "") >= 32
    assert project.paths.specs == "integration"


@pytest.mark.parametrize("tool", [
    MigrationsTool(kind="sql", files=("a.sql", "b.sql")),
    MigrationsTool(kind="command", command=("npx", "prisma")),
    MigrationsTool(kind="django", config="manage.py"),
    None,
])  # fmt: skip
def test_every_kind_of_migrations(tmp_path: Path, tool: MigrationsTool | None) -> None:
    detected = Detected(folder=Path(), program=PROGRAM, engine="postgresql", migrations=tool)
    database = written(tmp_path, detected).database
    assert database is not None
    assert database.migrations == tool


def test_a_running_system_has_no_database_and_no_environment(tmp_path: Path) -> None:
    detected = Detected(
        folder=Path(), url="http://127.0.0.1:8000", engine="postgresql", variables=FULL.variables
    )
    project = written(tmp_path, detected)
    assert project.system.url == "http://127.0.0.1:8000"
    assert project.database is None
    assert project.system.env == {}
    assert project.secrets == {}


def test_an_engine_of_another_version_is_said(tmp_path: Path) -> None:
    detected = Detected(folder=Path(), program=PROGRAM, engine="mysql")
    assert written(tmp_path, detected).database is None
    assert "mysql is not in this version" in toml_of(detected)


def test_what_is_to_be_filled_in_has_its_line() -> None:
    text = toml_of(FULL)
    ((path, why),) = to_fill(FULL)
    assert "REGION" in text.splitlines()[line_of(text, path) - 1]
    assert why == "no value is known for REGION, which a.py reads"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda t: "{" not in t)


@given(st.lists(TEXT.filter(bool), min_size=1, max_size=4), TEXT, TEXT)
def test_any_text_comes_back_as_it_was(words: list[str], ready: str, value: str) -> None:
    detected = Detected(
        folder=Path(),
        program=Program(framework="", command=tuple(words), said="", env={"A b": value}),
        ready=ready,
    )
    read = load(toml_of(detected), ProjectFile, name="seamline.toml", rules=project_problems)
    assert read.system.command == tuple(words)
    assert read.system.ready == ready
    assert read.system.env == {"A b": value}
