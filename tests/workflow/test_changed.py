"""What a change may touch: told narrowly where that is safe, else everything."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from seamline.errors import UsageError
from seamline.spec import load_project
from seamline.workflow.changed import Changed, changed_since

from ..project import write_project

SPECS = "integration/Endpoint_Validation_Specs.json"


def document(**more: Any) -> dict[str, Any]:
    def answering(name: str) -> dict[str, Any]:
        schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
        return {"responses": {"200": {"description": "", "content": {"application/json": schema}}}}

    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {
            "/a": {"get": answering("A")},
            "/b": {"get": answering("B"), "put": answering("C")},
        },
        "components": {
            "schemas": {"A": {"$ref": "#/components/schemas/C"}, "B": {}, "C": {}, **more}
        },
    }


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def entry(path: str, status: int = 200) -> dict[str, Any]:
    return {"endpoint": path, "method": "GET", "expectedStatus": status}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = write_project(
        tmp_path / "repo" / "project",
        [entry("/a"), entry("/b")],
        toml='openapi = "openapi.json"\n',
        database=None,
    )
    (project / "openapi.json").write_text(json.dumps(document()))
    (project / "app.py").write_text("1\n")
    git(tmp_path / "repo", "init", "-q")
    git(tmp_path / "repo", "add", "-A")
    git(tmp_path / "repo", "commit", "-qm", "first")
    return project


def since(folder: Path, ref: str = "HEAD") -> Changed:
    return changed_since(load_project(folder), ref)


def test_nothing_changed(folder: Path) -> None:
    found = since(folder)
    assert found.operations == frozenset()
    assert found.why == "nothing changed since HEAD"


def test_entries_of_the_spec_file_that_differ(folder: Path) -> None:
    (folder / SPECS).write_text(json.dumps([entry("/b"), entry("/a", 201), entry("/c")]))
    assert since(folder).operations == frozenset({"GET /a", "GET /c"})
    assert "Endpoint_Validation_Specs.json (2 operations)" in since(folder).why


def test_what_the_document_says_of_an_operation_with_all_that_it_refers_to(folder: Path) -> None:
    said = document(C={"type": "object"})
    said["info"]["version"] = "2"
    (folder / "openapi.json").write_text(json.dumps(said))
    assert since(folder).operations == frozenset({"GET /a", "PUT /b"})
    said = document()
    said["security"] = [{"key": []}]
    (folder / "openapi.json").write_text(json.dumps(said))
    assert since(folder).operations == frozenset({"GET /a", "GET /b", "PUT /b"})


def test_reports_and_words_for_people_change_nothing(folder: Path) -> None:
    (folder / "integration" / "API_Integration_Testing.md").write_text("x")
    (folder / "integration" / "junit.xml").write_text("x")
    (folder / "README.md").write_text("x")
    (folder / ".seamline").mkdir()
    (folder / ".seamline" / "derived.json").write_text("{}")
    assert since(folder).operations == frozenset()


@pytest.mark.parametrize(
    "name", ["app.py", "new.sql", "seamline.toml", "integration/Data_Validation_Framework.json"]
)
def test_anything_else_may_mean_anything(folder: Path, name: str) -> None:
    with (folder / name).open("a") as file:
        file.write("\n")
    found = since(folder)
    assert found.operations is None
    assert name in found.why


@pytest.mark.parametrize(("name", "text"), [("openapi.json", "{"), ("openapi.json", None)])
def test_what_cannot_be_read_may_mean_anything(folder: Path, name: str, text: str | None) -> None:
    (folder / name).unlink()
    if text is not None:
        (folder / name).write_text(text)
    assert since(folder).operations is None


def test_a_file_that_was_renamed_counts_under_both_names(folder: Path) -> None:
    git(folder, "mv", "app.py", "README.md")
    assert since(folder).operations is None


def test_committed_changes_count_too(folder: Path) -> None:
    (folder / SPECS).write_text(json.dumps([entry("/a", 201), entry("/b")]))
    git(folder, "commit", "-qam", "second")
    assert since(folder).operations == frozenset()
    assert since(folder, "HEAD~1").operations == frozenset({"GET /a"})


@pytest.mark.parametrize("ref", ["nowhere", "", "--output=x", "HEAD:project", "-h"])
def test_a_ref_that_is_none(folder: Path, ref: str) -> None:
    with pytest.raises(UsageError, match="git knows no such commit"):
        since(folder, ref)
    assert not (folder / "x").exists()


def test_outside_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = write_project(tmp_path / "plain", [entry("/a")], database=None)
    with pytest.raises(UsageError, match="is in no git repository"):
        since(folder)
