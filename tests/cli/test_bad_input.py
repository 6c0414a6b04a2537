"""What a user gets for a mistake: exit code 2 or 3, a message with the remedy, never a traceback."""

from __future__ import annotations

import json
import re
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from ..command import seamline
from ..project import write_project

HEALTH = {"endpoint": "/health", "method": "GET", "expectedStatus": 200}


def test_no_toml(tmp_path: Path) -> None:
    code, printed = seamline("run", "-p", tmp_path)
    assert code == 2
    assert "seamline.toml" in printed


def test_no_spec_file_shows_the_smallest_one(tmp_path: Path) -> None:
    folder = write_project(tmp_path, HEALTH)
    (folder / "integration" / "Endpoint_Validation_Specs.json").unlink()
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert '{"endpoint": "/health", "method": "GET", "expectedStatus": 200}' in printed


def test_broken_json_has_line_and_column(tmp_path: Path) -> None:
    folder = write_project(tmp_path, HEALTH)
    (folder / "integration" / "Endpoint_Validation_Specs.json").write_text('[\n  {"endpoint": }\n]')
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert re.search(r"Endpoint_Validation_Specs\.json:2:\d+: ", printed), printed


def test_unknown_validation_is_named_with_the_closest_one(tmp_path: Path) -> None:
    folder = write_project(tmp_path, {**HEALTH, "validations": ["responseShema"]})
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert "Did you mean 'responseSchema'?" in printed


def test_errors_of_both_spec_files_are_told_at_once(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, {**HEALTH, "metod": "GET"}, data={"tables": {"notes": {"cheks": []}}}
    )
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert "metod: unknown key" in printed
    assert "'checks'" in printed


def test_unknown_names_of_tables_and_columns_do_not_pass(tmp_path: Path) -> None:
    rules = {"notes": {"checks": [{"check": "notNull", "column": "txt"}]}, "note": {"checks": []}}
    folder = write_project(tmp_path, HEALTH, data={"tables": rules})
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert "Did you mean 'text'?" in printed
    assert "Did you mean 'notes'?" in printed


@pytest.mark.parametrize(
    ("env", "code", "said"),
    [
        ('NOTES_MODE = "no-document"', 3, "the system answered 404"),
        ('NOTES_MODE = "html-document"', 2, "an HTML page"),
    ],
)
def test_a_document_that_is_none(tmp_path: Path, env: str, code: int, said: str) -> None:
    folder = write_project(tmp_path, HEALTH, env=env, database=None)
    got, printed = seamline("run", "-p", folder)
    assert got == code, printed
    assert said in printed
    assert "openapi" in printed


def test_a_document_on_a_port_where_nobody_listens(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, HEALTH, toml='openapi = "http://127.0.0.1:1/openapi.json"\n', database=None
    )
    code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert "http://127.0.0.1:1/openapi.json" in printed


def test_a_system_that_dies_at_start_shows_its_last_lines(tmp_path: Path) -> None:
    folder = write_project(tmp_path, HEALTH, env='NOTES_MODE = "dies"', database=None)
    code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert "exit 7" in printed
    assert "notes: cannot read the configuration" in printed


def test_a_command_that_does_not_exist(tmp_path: Path) -> None:
    folder = write_project(tmp_path, HEALTH, database=None)
    toml = folder / "seamline.toml"
    toml.write_text(toml.read_text().replace(json.dumps(sys.executable), '"no-such-program"'))
    code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert "no-such-program" in printed


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        folder = write_project(
            tmp_path, HEALTH, toml=f'openapi = "/openapi.json"\nport = {port}\n', database=None
        )
        toml = folder / "seamline.toml"
        lines = toml.read_text().replace(f"port = {port}\n", "")
        toml.write_text(lines.replace("[system]", f"[system]\nport = {port}"))
        code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert f"port {port} is in use" in printed


def test_migrations_that_fail_show_what_they_said(tmp_path: Path) -> None:
    script = "import sys; print('revision 7: no such column', file=sys.stderr); sys.exit(1)"
    command = json.dumps([sys.executable, "-c", script])
    tool = f'migrations = {{ kind = "command", command = {command} }}'
    folder = write_project(tmp_path, HEALTH, database=tool)
    code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert "revision 7: no such column" in printed


def test_a_sql_file_that_fails_has_a_line(tmp_path: Path) -> None:
    folder = write_project(
        tmp_path, HEALTH, migration="CREATE TABLE a (x int);\nINSERT INTO b VALUES (1);"
    )
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert "schema.sql:2:" in printed


def test_a_login_that_fails_names_the_identity(tmp_path: Path) -> None:
    login = (
        '\n[identities.ada]\nlogin = { path = "/nowhere", json = { a = 1 }, token = "#/token" }\n'
    )
    folder = write_project(tmp_path, HEALTH, toml=login, database=None)
    code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert "identities.ada" in printed
    assert "404" in printed


def test_a_login_without_a_token_in_its_answer(tmp_path: Path) -> None:
    login = '\n[identities.ada]\nlogin = { path = "/flaky", json = { a = 1 }, token = "#/token" }\n'
    folder = write_project(tmp_path, HEALTH, toml=login, database=None)
    code, printed = seamline("run", "-p", folder)
    assert code == 3
    assert "no token at #/token" in printed


def test_a_database_that_nobody_declared_to_be_for_tests_is_refused(
    tmp_path: Path, foreign_database: str
) -> None:
    folder = write_project(
        tmp_path, HEALTH, database='provider = "url"\nurl = { env = "NOTES_DATABASE" }'
    )
    env = {"NOTES_DATABASE": foreign_database}
    code, printed = seamline("run", "-p", folder, env=env)
    assert code == 3
    assert "disposable = true" in printed
    assert foreign_database not in printed
    code, printed = seamline("mark", foreign_database)
    assert code == 0
    toml = folder / "seamline.toml"
    toml.write_text(
        toml.read_text().replace(
            "[database]", '[database]\nmigrations = { kind = "sql", files = ["schema.sql"] }'
        )
    )
    code, printed = seamline("run", "-p", folder, env=env)
    assert code == 0, printed
    assert "Database integration tests passed" in printed


@pytest.mark.parametrize(
    "words", [("run", "nonsense"), ("rn",), ("schema", "x"), ("run", "--what")]
)
def test_a_wrong_command_line(words: tuple[str, ...]) -> None:
    code, printed = seamline(*words)
    assert code == 2
    assert "Error" in printed or "Usage" in printed


@pytest.mark.parametrize("kind", ["endpoints", "data", "project"])
def test_schemas_are_printed(kind: str) -> None:
    code, printed = seamline("schema", kind)
    assert code == 0
    schema: dict[str, Any] = json.loads(printed)
    assert schema["$schema"].startswith("https://json-schema.org/")


def test_every_check_is_listed_with_its_source() -> None:
    code, printed = seamline("checks")
    assert code == 0
    for name in ("statusAsExpected", "nothingLeaked", "RFC 9110, 9.2.1"):
        assert name in printed
