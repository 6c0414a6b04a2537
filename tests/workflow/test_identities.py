"""Whole runs with identities of every kind, on a system with a door for each (systems/doors.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from seamline.model.event import Errored, Event, FindingConfirmed

from ..project import cases_of, end_of, run_project, shared

DOORS = Path(__file__).parent.parent / "systems" / "doors.py"
SCHEMA = """
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
CREATE TABLE accounts (name text PRIMARY KEY, password text NOT NULL);
CREATE TABLE sessions (token text PRIMARY KEY, name text NOT NULL);
CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL);
INSERT INTO accounts VALUES ('bob', 'pw-of-bob');
"""
LOGIN = 'login = { path = "/login", token = "#/token", json = { name = "NAME", password = "pw-of-NAME" } }'
REGISTER = 'register = { path = "/register", json = { name = "NAME", password = "pw-of-NAME" } }'
CLIENT = 'token_url = "/oauth/token", client_id = "app:1", client_secret = "{secret:client}"'
IDENTITIES = {
    "cookie": """login = { path = "/accounts/login", form = { username = "x", password = "pw-of-cookie" },
        cookie = "sessionid",
        csrf = { path = "/accounts/login", cookie = "csrftoken", header = "X-CSRFToken" } }""",
    "client": f'oauth2 = {{ {CLIENT}, scope = "notes:write" }}',
    "body_client": f'oauth2 = {{ {CLIENT}, scope = "notes:write", client_auth = "body" }}',
    "user": f'oauth2 = {{ {CLIENT}, grant = "password", username = "ann", password = "pw of ann" }}',
    "key": 'query = { api_key = "{secret:key}" }',
    "key_cookie": 'cookie = { key = "{secret:key}" }',
    "key_header": 'header = { X-Api-Key = "{secret:key}" }',
    "basic": 'basic = { username = "ann", password = "pw of ann: ü" }',
    "made": f"{LOGIN}\n{REGISTER}".replace("NAME", "made"),
    "there_already": f"{LOGIN}\n{REGISTER}".replace("NAME", "bob"),
}
BEHIND = {
    "cookie": "session",
    "key": "query",
    "key_cookie": "key-cookie",
    "key_header": "header",
    "basic": "basic",
}
SECRETS = """
[secrets]
client = { env = "DOORS_NONE", default = "s3cr3t/ü" }
key = { env = "DOORS_NONE", default = "k3y-of-the-doors" }
"""


def write(folder: Path, endpoints: Any, identities: dict[str, str], env: str = "") -> Path:
    """A project on the doors; `env` are more variables of the system."""
    tables = "\n".join(f"[identities.{n}]\n{text}" for n, text in identities.items())
    tables = tables.replace("\n        ", " ")
    (folder / "seamline.toml").write_text(f"""
[system]
command = [{json.dumps(sys.executable)}, {json.dumps(str(DOORS))}, "{{port}}"]
ready = "/health"
env = {{ DATABASE_URL = "{{database_url}}"{env} }}
start_timeout_s = 60
[database]
migrations = {{ kind = "sql", files = ["schema.sql"] }}
{shared()}{tables}
{SECRETS}""")
    (folder / "schema.sql").write_text(SCHEMA)
    (folder / "integration").mkdir()
    path = folder / "integration" / "Endpoint_Validation_Specs.json"
    path.write_text(json.dumps(endpoints))
    return folder


def note(door: str, *cases: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "endpoint": f"/{door}/notes",
        "method": "POST",
        "effects": {"success": {"notes": "insert"}},
        "columns": {"#/id": "notes.id", "#/text": "notes.text"},
        "access": {"roles": ["writer"], **more},
        "cases": list(cases),
    }


def made(name: str, identity: str) -> dict[str, Any]:
    request = {"json": {"text": name}}
    return {"id": name, "kind": "positive", "identity": identity, "request": request,
            "expect": {"status": 201}}  # fmt: skip


ENDPOINTS = [
    note("bearer", *(made(f"by-{n}", n) for n in IDENTITIES if n not in BEHIND)),
    *(note(door, made(f"by-{name}", name)) for name, door in BEHIND.items()),
]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    return run_project(write(tmp_path_factory.mktemp("doors"), ENDPOINTS, IDENTITIES))


@pytest.mark.parametrize("name", IDENTITIES)
def test_an_identity_of_every_kind_gets_through_its_door(events: list[Event], name: str) -> None:
    case = cases_of(events)[f"by-{name}"]
    assert [(s.status, s.rows) for s in case.steps] == [(201, {"notes": {"insert": 1}})]
    assert case.findings == ()
    assert case.notes == ()


@pytest.mark.parametrize("broken", ["missing", "malformed"])
@pytest.mark.parametrize("name", ["client", *BEHIND])
def test_without_what_proves_it_the_door_stays_shut_with_401(
    events: list[Event], name: str, broken: str
) -> None:
    """401, not the 403 of a CSRF token that does not fit."""
    case = cases_of(events)[f"by-{name}~{broken}"]
    assert [s.status for s in case.steps] == [401]
    assert case.findings == ()


def test_nothing_is_found_and_no_secret_told(events: list[Event]) -> None:
    assert not [e for e in events if isinstance(e, Errored)]
    assert end_of(events).exit_code == 0
    assert not any(s in repr(events) for s in ("k3y-of", "s3cr3t/", "pw-of", "pw of ann"))


BOB = {"bob": LOGIN.replace("NAME", "bob") + '\nrole = "writer"'}
READ = {"endpoint": "/bearer/notes", "method": "GET", "access": {"roles": ["writer"]}}
MANY = [
    note("bearer", *(made(f"note-{i}", "bob") for i in range(6)),
         {"id": "many", "kind": "sequence", "identity": "bob",
          "steps": [{"use": "note-0"} for _ in range(5)]}),
    READ | {"cases": [{"id": f"read-{i}", "kind": "positive", "identity": "bob",
                       "expect": {"status": 200}} for i in range(4)]},
]  # fmt: skip


@pytest.mark.parametrize("uses", [1, 2, 3])
def test_a_token_that_expires_is_got_again_and_the_login_s_rows_are_blamed_on_nobody(
    tmp_path: Path, uses: int
) -> None:
    folder = write(tmp_path, MANY, BOB, f', DOORS_USES = "{uses}"')
    events = run_project(folder)
    cases = cases_of(events)
    assert not [e for e in events if isinstance(e, Errored)]
    for name, case in cases.items():
        assert case.findings == (), name
    for i in range(6):
        assert [(s.status, s.rows) for s in cases[f"note-{i}"].steps] == [
            (201, {"notes": {"insert": 1}})
        ]
    steps = [(s.status, s.rows) for s in cases["many"].steps]
    assert steps == [(201, {"notes": {"insert": 1}})] * 5
    assert all(cases[f"read-{i}"].steps[0].rows == {} for i in range(4))
    again = [n for c in cases.values() for n in c.notes if "logged in again" in n]
    assert again
    assert len(again) <= 15
    assert end_of(events).exit_code == 0


def test_a_session_got_again_outlives_the_undo_of_its_case(tmp_path: Path) -> None:
    """It is a row: were it put back with the case, each case would log in again."""
    folder = write(tmp_path, MANY[:1], BOB, ', DOORS_USES = "8"')
    notes = {name: c.notes for name, c in cases_of(run_project(folder)).items()}
    assert sum(len(n) for n in notes.values()) == 1


def test_a_login_that_stops_working_midway_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """What the expired token spoils does not recur alone, on a system that is started anew."""
    folder = write(tmp_path, MANY[:1], BOB, ', DOORS_USES = "3", DOORS_MODE = "forgets"')
    events = run_project(folder)
    cases = cases_of(events)
    assert cases["note-0"].steps[0].status == 201
    assert any("could not log in again" in n for n in cases["note-5"].notes)
    assert cases["note-5"].steps[0].status == 401
    verdicts = {
        e.finding.case: e.finding.verdict for e in events if isinstance(e, FindingConfirmed)
    }
    assert verdicts
    assert set(verdicts.values()) == {"unstable"}


def test_a_login_that_the_system_refuses_ends_the_run_with_its_reason(tmp_path: Path) -> None:
    identities = {"client": f'oauth2 = {{ {CLIENT}, scope = "other" }}'}
    folder = write(tmp_path, note("bearer", made("by-client", "client")), identities)
    events = run_project(folder)
    assert end_of(events).exit_code == 3
    assert "invalid_grant" in repr(events)
    assert "s3cr3t/" not in repr(events)
