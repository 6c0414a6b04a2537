"""The service in Node runs through the same commands, and a defect of it is found."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ..command import seamline

NOTES = Path(__file__).parents[2] / "examples" / "express-notes"
_LEFT_OUT = shutil.ignore_patterns("node_modules", ".seamline", "*.md", "*.xml", "*.ndjson")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the service with what it needs."""
    if not shutil.which("npm"):
        if os.environ.get("CI") == "true":
            pytest.fail("needs npm")
        pytest.skip("needs npm")
    folder = tmp_path_factory.mktemp("express") / "notes"
    shutil.copytree(NOTES, folder, ignore=_LEFT_OUT)
    npm = ["npm", "install", "--no-fund", "--no-audit", "--silent"]
    subprocess.run(npm, cwd=folder, check=True, timeout=300)
    return folder


@pytest.mark.slow
def test_it_is_sound_and_its_migrations_walk(service: Path) -> None:
    code, printed = seamline("run", "-p", service)
    assert code == 0, printed
    assert "Migrations 4 revisions up, 4 of them down and up again" in printed
    assert "API integration tests passed" in printed
    assert "error:" not in printed


@pytest.mark.slow
def test_notes_of_others_are_seen_when_the_owner_is_not_asked_for(service: Path) -> None:
    file = service / "notes.js"
    sound = file.read_text()
    owned = "FROM notes WHERE id = $1 AND account_id = $2`, [id, account]"
    assert owned in sound
    file.write_text(sound.replace(owned, "FROM notes WHERE id = $1`, [id]"))
    try:
        code, printed = seamline("run", "-p", service, "-o", "GET /notes/{id}")
    finally:
        file.write_text(sound)
    assert code == 1
    assert "foreignObjectProtected" in printed
