"""`seamline task`: a work order carried out, and one that fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from seamline.errors import SpecError
from seamline.spec.order import load_order

from ..command import seamline
from ..project import write_project

ORDER = Path(__file__).parents[2] / "examples" / "work-order" / "order.md"
WRONG = {"endpoint": "/health", "method": "GET", "expectedStatus": 404}
RIGHT = {**WRONG, "expectedStatus": 200}
RULE = {"tables": {"notes": {"checks": [{"check": "notNull", "column": "id"}]}}}
SMALL = """---
task_id: T-1
title: "Small: one"
next_task: T-2
---
## Output Artifacts Checklist
- [ ] out/API_Integration_Testing.md — API (missing)
- [ ] out/Endpoint_Validation_Specs.json
- [ ] out/Database_Integration_Testing.md — DB
- [ ] out/Data_Validation_Framework.json — Rules (missing)

# Quality Gates
- All integration tests pass

# Rollback Procedures
- Revert to the previous test implementation

# Risk Mitigation
- Escalate to @api-lead or @database-lead if tests fail after 2 attempts

# Post-Completion Action
Proceed to T-2
"""


def small(folder: Path) -> Path:
    order = folder / "order.md"
    order.write_text(SMALL)
    return order


def test_the_work_order_is_read() -> None:
    order = load_order(ORDER)
    assert (order.task, order.next_task) == ("P04-S15-T03", "P04-S15-T04")
    assert [b.name for b in order.boxes] == [
        "API_Integration_Testing.md",
        "Endpoint_Validation_Specs.json",
        "Database_Integration_Testing.md",
        "Data_Validation_Framework.json",
    ]
    assert [(s.part, s.id) for s in order.subtasks] == [
        ("api", "P04-S15-T03-S01"),
        ("database", "P04-S15-T03-S02"),
    ]
    assert len(order.subtasks[0].criteria) == len(order.subtasks[0].steps) == 2
    assert order.owners == {"api": "@api-testing-lead", "database": "@database-testing-lead"}
    assert order.attempts == 3
    assert order.afterwards.startswith("Proceed to P04-S15-T04")
    assert order.ticked({}, "# R\n").startswith(order.text.rstrip())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no order", "1:1: no front matter"),
        ("---\na: b\n---\n# x\n", "task_id: missing"),
        ("---\ntask_id: 1\n---\n# x\n", "no output checklist"),
        ("---\ntask_id: [\n---\n- [ ] a\n", "2:1: not valid YAML"),
        ("---\ntask_id: 1\n---\n- [ ] docs/Other.md — x\n", "4:1: Other.md is nothing that"),
        (
            "---\ntask_id: 1\n---\n- [ ] ../API_Integration_Testing.md\n",
            "4:1: ../API_Integration_Testing.md leads out",
        ),
    ],
)
def test_what_is_no_order_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "order.md"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        load_order(path)
    assert said in str(caught.value)


def test_an_order_is_carried_out(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", RIGHT, data=RULE)
    order, state, root = small(tmp_path), tmp_path / "state.json", tmp_path / "root"
    state.write_text('{"phase": "P04", "status": "RUNNING", "notes": [1]}')
    code, printed = seamline("task", order, "-p", folder, "--root", root, "--state", state)
    assert code == 0, printed
    assert printed.splitlines()[-2:] == ["T-1 SUCCEEDED", "Next action: Proceed to T-2"]
    text = order.read_text()
    assert "- [x] out/API_Integration_Testing.md — API (written, 1 operation, " in text
    assert "- [x] out/Endpoint_Validation_Specs.json (written, " in text
    assert "- [x] out/Database_Integration_Testing.md — DB (written, 1 table, 0 revisions" in text
    assert text.count("- [x]") == 4
    assert text.count("# Result of ") == 1
    assert SMALL.split("# Quality Gates")[1] in text
    assert json.loads((root / "out" / "Endpoint_Validation_Specs.json").read_text()) == RIGHT
    assert "API integration tests passed" in (root / "out/API_Integration_Testing.md").read_text()
    known = json.loads(state.read_text())
    assert list(known)[:3] == ["phase", "status", "notes"]
    assert known | {"task_id": "T-1", "status": "SUCCEEDED", "next_task": "T-2"} == known
    assert (known["phase"], known["notes"]) == ("P04", [1])

    assert seamline("task", order, "-p", folder, "--root", root)[0] == 0
    again = order.read_text()
    assert (again.count("- [x]"), again.count("# Result of ")) == (4, 2)


def test_an_order_that_fails_is_tried_again_and_escalated(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", WRONG, data=RULE)
    order, state = small(tmp_path), tmp_path / "state.json"
    code, printed = seamline("task", order, "-p", folder, "--state", state)
    assert code == 1
    assert "Attempt 1 of 2 failed; again" in printed
    assert "Attempt 2" not in printed
    assert "escalated to @api-lead: " in printed
    assert "Revert to the previous test implementation" in printed.splitlines()[-1]
    text = order.read_text()
    assert "- [x]" not in text
    assert "the order has not passed)" in text
    assert "FAILED" in text
    assert json.loads(state.read_text())["status"] == "FAILED"
    told = (folder / "integration" / "escalation.md").read_text()
    for said in (
        "2 attempts failed",
        "@api-lead",
        "statusAsExpected",
        "curl -i",
        "seamline replay",
    ):
        assert said in told
    assert "@database-lead" not in told


def test_a_criterion_that_nothing_tested_fails_the_order(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", RIGHT, data=RULE)
    order = small(tmp_path)
    subtask = (
        "## Subtask 1: Database Integration Testing\n- **Success Criteria**:\n"
        "    - covers data integrity and migration validation\n"
    )
    order.write_text(SMALL + subtask)
    code, printed = seamline("task", order, "-p", folder)
    assert code == 1
    assert "Migration validation: the order asks for it, and no check of it was applied" in printed
    assert "Data integrity testing: the order" not in printed


def test_wrong_files_are_named_before_anything_is_run(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "project", RIGHT, data=RULE)
    order, state = small(tmp_path), tmp_path / "state.json"
    state.write_text("[1]")
    code, printed = seamline("task", order, "-p", folder, "--state", state)
    assert code == 2
    assert "must be a JSON object" in printed
    assert not (folder / "integration" / "events.ndjson").exists()
    code, printed = seamline("task", tmp_path / "none.md", "-p", folder)
    assert code == 2
    assert "cannot be read" in printed


@contextmanager
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address that takes notes."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"json://127.0.0.1:{server.server_port}", got
        server.shutdown()


def test_the_owner_is_told_and_the_address_is_kept_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listener() as (address, got):
        monkeypatch.setenv("LEAD", f"{address}/hook?secret=hush")
        toml = '[escalation]\napi = "{env:LEAD}"\ndatabase = "@db"\nattempts = 2\n'
        folder = write_project(tmp_path, WRONG, data=RULE, toml=toml)
        code, printed = seamline("run", "-p", folder)
        assert code == 1
        (body,) = got
        said = json.loads(body)
        assert said["title"].endswith("API integration tests failed")
        assert "statusAsExpected" not in said["message"] or "F-" in said["message"]
        assert "seamline replay F-" in said["message"]
        told = (folder / "integration" / "escalation.md").read_text()
        assert "hush" not in printed + told + said["message"]
    monkeypatch.setenv("LEAD", "json://127.0.0.1:1/hush")
    code, printed = seamline("run", "-p", folder, "--attempts", "1")
    assert code == 1  # one attempt: nobody is told
    assert "could not be told" not in printed
    code, printed = seamline("run", "-p", folder)
    assert code == 1
    assert "the owner of api could not be told" in printed
    assert "hush" not in printed
    monkeypatch.delenv("LEAD")
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert "environment variable LEAD is not set" in printed
    assert "Tested" not in printed
