"""Projects for the tests of whole runs: a folder with the three files, on the system of `systems/`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from seamline.model.event import CaseFinished, Event, RunFinished
from seamline.workflow.artifacts import load_job
from seamline.workflow.reported import run_to_end
from seamline.workflow.run import Run

from .server import url

ROOT = Path(__file__).parents[1]
NOTES = ROOT / "tests" / "systems" / "notes.py"
SCHEMA = """
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
INSERT INTO notes (text) VALUES ('first'), ('second');
"""


def write_project(
    folder: Path,
    endpoints: Any,
    *,
    data: Any = None,
    toml: str = "",
    env: str = "",
    migration: str = SCHEMA,
    database: str | None = 'migrations = { kind = "sql", files = ["schema.sql"] }',
    private: bool = False,
    system: Path = NOTES,
) -> Path:
    """A project on the notes system; `toml` is added at its end, `env` to the system's variables.

    Any other `system` has no document.

    Its databases are made on the server that all runs share; with `private` it has a server of its own.
    """
    folder.mkdir(parents=True, exist_ok=True)
    variables = 'DATABASE_URL = "{database_url}"' if database is not None else ""
    found = f"PYTHONPATH = {json.dumps(str(ROOT))}"
    text = f"""
[system]
command = [{json.dumps(sys.executable)}, {json.dumps(str(system))}, "{{port}}"]
ready = "/health"
env = {{ {", ".join(v for v in (variables, found, env) if v)} }}
start_timeout_s = 60
"""
    if "openapi" in toml:
        line, _, toml = toml.partition("\n")
        text += line + "\n"
    elif system is NOTES:
        text += 'openapi = "/openapi.json"\n'
    if database is not None:
        text += f"[database]\n{database}\n{'' if private or 'url' in database else shared()}"
    (folder / "seamline.toml").write_text(text + toml)
    (folder / "schema.sql").write_text(migration)
    specs = folder / "integration"
    specs.mkdir(exist_ok=True)
    (specs / "Endpoint_Validation_Specs.json").write_text(json.dumps(endpoints))
    if data is not None:
        (specs / "Data_Validation_Framework.json").write_text(json.dumps(data))
    return folder


def shared() -> str:
    """Lines of a `[database]` on the server that all runs share."""
    return f'url = "{url()}"\ndisposable = true\n'


def run_project(folder: Path, **options: Any) -> list[Event]:
    """Every event of a run of it. For tests that are not in an event loop."""
    events: list[Event] = []
    job = load_job(folder, parts=options.pop("parts", ("api", "database")), **options)
    run_to_end(Run(job, events.append).execute())
    return events


def cases_of(events: list[Event]) -> dict[str, CaseFinished]:
    """The finished cases by id."""
    return {e.case: e for e in events if isinstance(e, CaseFinished)}


def end_of(events: list[Event]) -> RunFinished:
    """The last event."""
    last = events[-1]
    assert isinstance(last, RunFinished)
    return last
