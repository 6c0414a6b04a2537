"""`seamline init`, as a user meets it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from seamline.system.process import free_port, is_listening

from ..command import seamline
from ..project import NOTES, ROOT, write_project

SHOP = Path(__file__).parent.parent.parent / "examples" / "shop"
NOTE = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
}
JSON = "application/json"


def document(*extra: str) -> dict[str, Any]:
    """The notes system as it ought to describe itself; `extra` are routes that only answer 200."""

    def answer(status: str) -> dict[str, Any]:
        return {status: {"description": "A note", "content": {JSON: {"schema": NOTE}}}}

    text = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    body = {"required": True, "content": {JSON: {"schema": text}}}
    paths: dict[str, Any] = {
        "/notes": {
            "post": {"operationId": "createNote", "requestBody": body, "responses": answer("201")}
        },
        "/notes/{id}": {
            "get": {
                "operationId": "readNote",
                "parameters": [parameter],
                "responses": {**answer("200"), "404": {"description": "No such note"}},
            }
        },
        "/health": {
            "get": {"operationId": "health", "responses": {"200": {"description": "Ready"}}}
        },
    }
    paths |= {p: {"post": {"responses": {"200": {"description": "Done"}}}} for p in extra}
    return {"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "paths": paths}


def notes(folder: Path, *, described: dict[str, Any] | None = None, **options: Any) -> Path:
    """A project on the notes system with a document in a file, without spec files."""
    toml = options.pop("toml", 'openapi = "openapi.json"\n')
    write_project(folder, [], toml=toml, **options)
    shutil.rmtree(folder / "integration")
    (folder / "openapi.json").write_text(json.dumps(described or document()))
    return folder


def endpoints(folder: Path) -> dict[str, Any]:
    """Entries by operation."""
    text = (folder / "integration" / "Endpoint_Validation_Specs.json").read_text()
    return {f"{e['method']} {e['endpoint']}": e for e in json.loads(text)["endpoints"]}


def contents(folder: Path) -> dict[str, bytes]:
    """Everything that init writes, by name; a run keeps what it derived and applied beside it."""
    files = [folder / "seamline.toml", *(folder / "integration").rglob("*.json")]
    files = [f for f in files if f.name not in ("derived.json", "migrations.json")]
    return {str(f.relative_to(folder)): f.read_bytes() for f in files}


def test_a_system_is_met_run_and_met_again(tmp_path: Path) -> None:
    folder = notes(tmp_path / "notes")
    left = tmp_path / "tmp"
    left.mkdir()
    code, printed = seamline("init", "-p", folder, env={"TMPDIR": str(left)})
    assert code == 0, printed
    assert list(left.iterdir()) == []
    for said in ("used as it is", "3 operations", "1 tables", "Endpoint_Validation_Specs.json: 3"):
        assert said in printed
    assert re.search(r"^Next: seamline run --project \S+notes$", printed, re.MULTILINE)
    assert "Could not be filled in" not in printed
    found = endpoints(folder)
    assert found["POST /notes"]["effects"] == {"success": {"notes": "insert"}}
    code, printed = seamline("run", "-p", folder)
    assert code == 0, printed
    assert "No findings" in printed

    before = contents(folder)
    for _ in range(2):
        code, printed = seamline("init", "-p", folder, "--update")
        assert code == 0, printed
        assert printed.count("nothing new") == 2
        assert contents(folder) == before


def test_spec_files_are_not_overwritten(tmp_path: Path) -> None:
    folder = write_project(tmp_path, {"endpoint": "/health", "method": "GET"})
    before = contents(folder)
    code, printed = seamline("init", "-p", folder)
    assert code == 2
    assert "seamline init --update" in printed
    assert contents(folder) == before


def test_an_update_brings_what_is_new_and_keeps_every_edit(tmp_path: Path) -> None:
    folder = notes(tmp_path)
    assert seamline("init", "-p", folder)[0] == 0
    path = folder / "integration" / "Endpoint_Validation_Specs.json"
    specs = json.loads(path.read_text())
    create, read, health = specs["endpoints"]
    create["validations"] = {"not": ["responseSchema"]}
    create["cases"].append({"id": "mine", "request": {"json": {"text": "mine"}}})
    create["effects"]["success"]["notes"] = ["insert", "update"]
    specs["endpoints"] = [read, create]  # health is not wanted, the order is the person's
    path.write_text(json.dumps(specs))
    (folder / "openapi.json").write_text(json.dumps(document("/late")))
    code, printed = seamline("init", "-p", folder, "--update")
    assert code == 0, printed
    found = endpoints(folder)
    assert list(found) == ["GET /notes/{id}", "POST /late", "POST /notes"]
    assert found["POST /notes"]["validations"] == {"not": ["responseSchema"]}
    assert found["POST /notes"]["effects"] == create["effects"]
    assert found["POST /notes"]["cases"] == create["cases"]
    assert health["endpoint"] == "/health"


def test_a_file_written_by_hand_without_init_is_merged_too(tmp_path: Path) -> None:
    folder = notes(tmp_path)
    (folder / "integration").mkdir()
    path = folder / "integration" / "Endpoint_Validation_Specs.json"
    path.write_text('{"endpoint": "/notes", "method": "post", "expectedStatus": 201, "cases": []}')
    code, printed = seamline("init", "-p", folder, "--update")
    assert code == 0, printed
    found = endpoints(folder)
    assert set(found) == {"post /notes", "GET /notes/{id}", "GET /health"}
    assert seamline("run", "-p", folder)[0] == 0


def test_what_cannot_be_merged_is_told_before_anything_starts(tmp_path: Path) -> None:
    folder = notes(tmp_path)
    (folder / "integration").mkdir()
    path = folder / "integration" / "Endpoint_Validation_Specs.json"
    path.write_text('[\n  {"endpoint": "/notes"}\n]')
    code, printed = seamline("init", "-p", folder, "--update")
    assert code == 2
    assert re.search(r"Endpoint_Validation_Specs\.json:2:\d+: ", printed), printed
    assert path.read_text() == '[\n  {"endpoint": "/notes"}\n]'


def test_yaml_with_comments_is_not_rewritten(tmp_path: Path) -> None:
    folder = notes(tmp_path)
    (folder / "integration").mkdir()
    path = folder / "integration" / "Endpoint_Validation_Specs.yaml"
    path.write_text("# mine\n- {endpoint: /health, method: GET}\n")
    code, printed = seamline("init", "-p", folder, "--update")
    assert code == 2
    assert "YAML" in printed
    assert path.read_text().startswith("# mine\n")
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("mode", "code", "said"),
    [
        ("dies", 3, "notes: cannot read the configuration"),
        ("no-document", 3, "answered 404"),
        ("html-document", 2, "an HTML page, not an OpenAPI document"),
        ("", 2, "the document has no operations"),
    ],
)
def test_a_system_that_does_not_start_or_describe_itself(
    tmp_path: Path, mode: str, code: int, said: str
) -> None:
    folder = notes(tmp_path, toml="", env=f'NOTES_MODE = "{mode}"')
    got, printed = seamline("init", "-p", folder)
    assert (got, said in printed) == (code, True), printed
    assert not (folder / "integration").exists()
    where = "system.command" if mode == "dies" else "system.openapi"
    found = re.search(rf"seamline\.toml:(\d+) \({where}\)", printed)
    assert found is not None, printed
    line = (folder / "seamline.toml").read_text().splitlines()[int(found[1]) - 1]
    assert line.startswith(where.removeprefix("system."))


def test_no_document_says_how_to_write_the_files_by_hand(tmp_path: Path) -> None:
    folder = notes(tmp_path, env='NOTES_MODE = "no-document"')
    toml = folder / "seamline.toml"
    toml.write_text(toml.read_text().replace('openapi = "openapi.json"\n', ""))
    code, printed = seamline("init", "-p", folder)
    assert code == 2
    assert '{"endpoint": "/health", "method": "GET", "expectedStatus": 200}' in printed


def test_a_database_without_tables(tmp_path: Path) -> None:
    folder = notes(tmp_path, migration="SELECT 1;")
    code, printed = seamline("init", "-p", folder)
    assert code == 2
    assert "no tables" in printed
    assert "(database.migrations)" in printed


def test_a_document_of_15_mb_is_read_and_a_larger_one_refused(tmp_path: Path) -> None:
    described = document()
    described["info"]["description"] = "x" * 15_000_000
    folder = notes(tmp_path, described=described)
    code, printed = seamline("init", "-p", folder)
    assert code == 0, printed
    assert "3 operations" in printed
    before = contents(folder)
    described["info"]["description"] = "x" * 17_000_000
    (folder / "openapi.json").write_text(json.dumps(described))
    code, printed = seamline("init", "-p", folder, "--update")
    assert code == 2
    assert "openapi.json: larger than 16 MB" in printed
    assert contents(folder) == before


def test_migrations_that_fail_have_their_line(tmp_path: Path) -> None:
    folder = notes(tmp_path, migration="CREATE TABL notes;")
    code, printed = seamline("init", "-p", folder)
    assert code in (2, 3)
    assert "(database.migrations)" in printed


def test_a_folder_that_says_nothing(tmp_path: Path) -> None:
    code, printed = seamline("init", "-p", tmp_path)
    assert code == 2
    assert "--url" in printed
    assert list(tmp_path.iterdir()) == []


def test_bad_words_on_the_command_line(tmp_path: Path) -> None:
    assert seamline("init", "-p", tmp_path, "--url", "nowhere")[0] == 2
    assert seamline("init", "-p", tmp_path / "none")[0] == 2
    folder = notes(tmp_path)
    code, printed = seamline("init", "-p", folder, "--url", "http://127.0.0.1:1")
    assert code == 2
    assert "[system] url" in printed


@contextmanager
def running_notes() -> Iterator[str]:
    """The notes system, started by somebody else, without a database."""
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, str(NOTES), str(port)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    try:
        while not is_listening(port):
            assert child.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait()


def test_nothing_is_written_to_a_system_that_runs_already(tmp_path: Path) -> None:
    (tmp_path / "openapi.json").write_text(json.dumps(document("/die")))
    with running_notes() as url:
        code, printed = seamline("init", "-p", tmp_path, "--url", url)
        assert code == 0, printed
        assert f'url = "{url}"' in (tmp_path / "seamline.toml").read_text()
        assert 'ready = "/health"' in (tmp_path / "seamline.toml").read_text()
        assert re.search(r"Specs\.json:\d+: POST /die: a request: not tried", printed)
        found = endpoints(tmp_path)
        assert found["GET /health"]["cases"]
        assert "cases" not in found["POST /die"]
        code, printed = seamline("run", "api", "-p", tmp_path, "-o", "GET /health")
        assert code == 0, printed


API = """
import os
from fastapi import APIRouter, FastAPI
region = os.environ["REGION"]
app = FastAPI(openapi_url="/api/openapi.json")
router = APIRouter(prefix="/api")
@router.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}
@router.get("/double/{number}")
def double(number: int) -> int:
    return 2 * number
app.include_router(router)
"""


def test_what_the_sources_say_by_half_the_running_system_completes(tmp_path: Path) -> None:
    (tmp_path / "service.py").write_text(API)
    code, printed = seamline("init", "-p", tmp_path)
    assert code == 0, printed
    toml = (tmp_path / "seamline.toml").read_text()
    assert 'ready = "/api/health"' in toml
    assert 'openapi = "/api/openapi.json"' in toml
    found = re.search(r"seamline\.toml:(\d+): no value is known for REGION", printed)
    assert found is not None
    assert "REGION" in toml.splitlines()[int(found[1]) - 1]
    assert set(endpoints(tmp_path)) == {"GET /api/health", "GET /api/double/{number}"}
    code, printed = seamline("run", "api", "-p", tmp_path)
    assert code == 0, printed
    assert "No findings" in printed


def shop(folder: Path, *without: str) -> Path:
    """A copy of the shop without some of its files."""
    hidden = shutil.ignore_patterns("integration", "tests", ".*", "__pycache__", *without)
    shutil.copytree(SHOP, folder, ignore=hidden)
    return folder


@pytest.mark.slow
def test_the_shop_from_nothing(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", "seamline.toml")
    code, printed = seamline("init", "-p", folder)
    assert code == 0, printed
    for said in (
        "found shop/app.py: a FastAPI application, shop.app:app",
        "found alembic.ini: migrations by Alembic",
        "found seed.sql",
        "24 operations",
        "identities: user, other_user: made by POST /auth/register, and POST /auth/login",
    ):
        assert said in printed
    reached = re.search(r"(\d+) of 24 operations accepted", printed)
    assert reached is not None
    assert int(reached[1]) >= 15
    for place, operation in re.findall(r"Specs\.json:(\d+): (\w+ \S+): ", printed):
        lines = (folder / "integration" / "Endpoint_Validation_Specs.json").read_text().splitlines()
        assert f'"endpoint": "{operation.split()[1]}"' in lines[int(place) - 1]
    code, printed = seamline("run", "-p", folder)
    assert code == 0, printed
    assert "No findings" in printed


@pytest.mark.slow
def test_the_shop_with_its_identities(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    code, printed = seamline("init", "-p", folder)
    assert code == 0, printed
    before = contents(folder)
    code, printed = seamline("run", "--no-derive", "--no-transactions", "-p", folder)
    assert code == 0, printed
    assert "No findings" in printed
    assert seamline("init", "-p", folder, "--update")[0] == 0
    assert contents(folder) == before
