"""A document whose paths lack the prefix that the API is served under, as Prefect's `/api`."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..project import cases_of, end_of, run_project, write_project

ENDPOINTS = [
    {"endpoint": "/{id}", "method": "GET", "cases": [
        {"id": "read", "request": {"path": {"id": 1}}, "expect": {"status": 200}},
    ]},
    {"endpoint": "/{id}", "method": "DELETE", "cases": [
        {"id": "read-in-a-sequence", "kind": "sequence", "steps": [
            {"operation": "GET /{id}", "request": {"path": {"id": 2}}, "expect": {"status": 200}},
            {"use": "read"},
        ]},
    ]},
]  # fmt: skip


@pytest.mark.parametrize("prefix", ["/notes", "/notes/"])
def test_the_base_path_stands_in_front_of_every_request(tmp_path: Path, prefix: str) -> None:
    """It does in every case; `ready` and `openapi` are paths of the server as they are."""
    folder = write_project(tmp_path, ENDPOINTS)
    toml = folder / "seamline.toml"
    toml.write_text(toml.read_text().replace("[database]", f'base_path = "{prefix}"\n[database]'))
    events = run_project(folder)
    statuses = {name: [s.status for s in c.steps] for name, c in cases_of(events).items()}
    assert statuses == {"read": [200], "read-in-a-sequence": [200, 200]}
    assert end_of(events).exit_code == 0
