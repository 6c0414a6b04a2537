"""What every read leaves behind is noise; what one read does to its own resource is a finding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from seamline.model.event import Event, Skipped

from ..project import SCHEMA, cases_of, run_project, write_project

TRACKED = (
    SCHEMA
    + """
CREATE TABLE visitors (id int PRIMARY KEY, name text NOT NULL, seen timestamptz);
INSERT INTO visitors VALUES (1, 'ann', NULL);
CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text NOT NULL);
"""
)


def get(route: str, name: str, status: int = 200, **request: Any) -> dict[str, Any]:
    case = {"id": name, "request": request, "expect": {"status": status}}
    return {"endpoint": route, "method": "GET", "cases": [case]}


def skipped(events: list[Event]) -> set[str]:
    return {e.item.subject for e in events if isinstance(e, Skipped)}


def test_what_two_unrelated_reads_write_is_told_once_and_blamed_on_none(tmp_path: Path) -> None:
    endpoints = [get("/notes/{id}", "read", path={"id": 1}), get("/has_structure", "other")]
    endpoints[0]["cases"].append(
        {
            "id": "gone",
            "kind": "absence",
            "request": {"path": {"id": 99}},
            "expect": {"status": 404},
        }
    )
    write_project(tmp_path, endpoints, migration=TRACKED, env='NOTES_MODE = "tracks"')
    events = run_project(tmp_path)
    assert {"visitors.seen", "visits"} <= skipped(events)
    cases = cases_of(events)
    assert not any(c.findings for c in cases.values())
    assert not any(s.rows for c in cases.values() for s in c.steps)


def test_what_only_one_operation_writes_stays_its_doing(tmp_path: Path) -> None:
    endpoints = [get("/notes/{id}", "read", path={"id": 1})]
    endpoints[0]["cases"].append(
        {
            "id": "gone",
            "kind": "absence",
            "request": {"path": {"id": 99}},
            "expect": {"status": 404},
        }
    )
    write_project(tmp_path, endpoints, migration=TRACKED, env='NOTES_MODE = "tracks"')
    events = run_project(tmp_path)
    assert not {"visitors.seen", "visits"} & skipped(events)
    assert cases_of(events)["gone"].findings
    assert all(s.rows for c in cases_of(events).values() for s in c.steps)
