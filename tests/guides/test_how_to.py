"""The how-to pages, word for word, on the service of the tutorial in FastAPI."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from ..server import url
from .guide import ROOT, blocks, carry_out, section

TUTORIAL = ROOT / "docs" / "tutorial.md"
PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tutorial's service in FastAPI, as it is at the end."""
    folder = tmp_path_factory.mktemp("seats")
    carry_out(section(TUTORIAL, "FastAPI"), folder)
    return folder


def test_fastapi_and_what_a_run_writes_is_in_the_reference(service: Path) -> None:
    reference = section(ROOT / "docs" / "reference.md", "Files and what writes them")
    written = [f"integration/{path.name}" for path in (service / "integration").iterdir()]
    kept = [
        f"integration/.seamline/{p.name}" for p in (service / "integration/.seamline").iterdir()
    ]
    for name in (*written, *kept):
        assert f"| `{name}" in reference or name.endswith((".seamline", ".gitignore")), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_how_to(page: Path, service: Path, tmp_path: Path) -> None:
    folder = tmp_path / "seats"
    shutil.copytree(service, folder)
    text = section(page)
    assert any(block.language == "sh" or block.about.endswith(".yml") for block in blocks(text))
    carry_out(text, folder, {"DATABASE_URL": _database(folder)} if "$DATABASE_URL" in text else {})


def _database(folder: Path) -> str:
    """A database that stands beside the service, with its schema and rows."""
    server = url()
    with psycopg.connect(server, autocommit=True) as db:
        db.execute("CREATE DATABASE seats_that_exist")
    there = server.rpartition("/")[0] + "/seats_that_exist"
    with psycopg.connect(there) as db:
        for name in ("schema.sql", "seed.sql"):
            db.execute((folder / name).read_bytes())
    return there
