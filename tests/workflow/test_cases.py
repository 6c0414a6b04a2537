"""A request that leaves the system unusable: the next case is sent to a fresh one, and not blamed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from seamline.model.case import NotCovered
from seamline.model.event import Event, Skipped

from ..project import cases_of, end_of, run_project, write_project


def endpoint(method: str, route: str, *cases: tuple[str, int], **request: Any) -> dict[str, Any]:
    listed = [{"id": n, "request": request, "expect": {"status": s}} for n, s in cases]
    return {"endpoint": route, "method": method, "cases": listed}


def unusable(events: list[Event]) -> list[NotCovered]:
    items = [e.item for e in events if isinstance(e, Skipped)]
    return [i for i in items if "unusable" in i.reason]


def spoiling(path: str) -> list[dict[str, Any]]:
    return [
        endpoint("GET", "/has_structure", ("look", 200)),
        endpoint("POST", "/notes", ("before", 201), json={"text": "x"}),
        endpoint("POST", path, ("spoil", 202)),
        endpoint("POST", "/heed", ("innocent", 201)),
        # Enough of them to be under way when a process ends that has answered a moment ago.
        endpoint("GET", "/notes/{id}", *((f"read{i}", 200) for i in range(400)), path={"id": 1}),
    ]


@pytest.mark.parametrize("path", ["/close", "/stop"])
def test_who_comes_after_is_not_blamed_and_the_culprit_is_named(tmp_path: Path, path: str) -> None:
    write_project(tmp_path, spoiling(path))
    events = run_project(tmp_path)
    cases = cases_of(events)
    assert not any(c.findings for c in cases.values())
    assert [s.status for s in cases["spoil"].steps] == [202]
    assert [s.status for s in cases["innocent"].steps] == [201]
    assert any(f"POST {path}" in n for c in cases.values() for n in c.notes)
    (told,) = unusable(events)
    assert told.subject == f"POST {path}"
    assert end_of(events).exit_code == 0


def test_a_system_that_breaks_by_itself_is_blamed(tmp_path: Path) -> None:
    """The correct twin: the case's own 500 stays its own, whoever has written before."""
    endpoints = spoiling("/late")
    endpoints[2]["cases"][0]["expect"] = {"status": 201}
    endpoints.append(endpoint("POST", "/secret", ("broken", 200)))
    write_project(tmp_path, endpoints)
    events = run_project(tmp_path)
    assert [f.check for f in cases_of(events)["broken"].findings] == ["noServerError"]
    assert not unusable(events)


def test_the_culprit_among_several_is_found_by_trying_them(tmp_path: Path) -> None:
    endpoints = spoiling("/close")
    endpoints.insert(3, endpoint("POST", "/health", ("beside", 405)))
    write_project(tmp_path, endpoints)
    events = run_project(tmp_path)
    (told,) = unusable(events)
    assert told.subject == "POST /close"
    assert not any(c.findings for c in cases_of(events).values())


def test_an_operation_that_ends_the_system_each_time_costs_few_starts(tmp_path: Path) -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1"},
        "paths": {
            "/die": {
                "post": {
                    "operationId": "die",
                    "parameters": [
                        {"name": "n", "in": "query", "schema": {"type": "integer", "minimum": 1}}
                    ],
                    "responses": {"202": {"description": "ended"}},
                }
            }
        },
    }
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    write_project(
        tmp_path, [endpoint("POST", "/die", ("die", 202))], toml='openapi = "openapi.json"\n'
    )
    events = run_project(tmp_path)
    sent = cases_of(events)
    assert len(sent) == 3
    assert any("derived cases not sent" in e.item.reason for e in events if isinstance(e, Skipped))


def test_rows_that_come_late_are_blamed_on_no_other_request(tmp_path: Path) -> None:
    endpoints = [
        endpoint("POST", "/enqueue", ("queued", 202)),
        endpoint("POST", "/ponder", ("refused", 400)),
        endpoint("POST", "/half", ("half", 400)),
    ]
    write_project(tmp_path, endpoints)
    events = run_project(tmp_path)
    cases = cases_of(events)
    assert all(f.verdict == "unstable" for f in cases["refused"].findings)
    assert any("sent again" in n for n in cases["refused"].notes)
    assert [f.check for f in cases["half"].findings if f.verdict != "unstable"] == [
        "errorLeavesNoTrace"
    ]
