"""`accept`, `history`, `diff` and `rollback`, as a user meets them."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from ..command import seamline
from ..project import write_project

WRONG = {"endpoint": "/health", "method": "GET", "expectedStatus": 404}
RIGHT = {**WRONG, "expectedStatus": 200}
SPECS = "Endpoint_Validation_Specs.json"
RULE = {"tables": {"notes": {"checks": [{"check": "notNull", "column": "id"}]}}}


def in_days(days: int) -> str:
    return str(datetime.now(UTC).date() + timedelta(days=days))


def id_in(printed: str) -> str:
    """The one finding that is printed."""
    (name,) = {word.strip("():,") for word in printed.split() if word.startswith("F-")}
    return name


def test_an_accepted_finding_is_told_and_fails_no_gate_until_its_day(tmp_path: Path) -> None:
    folder = write_project(tmp_path, WRONG, data=RULE)
    code, printed = seamline("run", "-p", folder)
    assert code == 1
    name = id_in(printed)
    until = in_days(30)
    reason = "the status page moves in March"
    code, printed = seamline("accept", name, "--reason", reason, "--until", until, "-p", folder)
    assert (code, printed.strip()) == (
        0,
        f"{name} is accepted until {until}: statusAsExpected on GET /health",
    )
    file = folder / "seamline.accepted.json"
    (entry,) = json.loads(file.read_text())["accepted"]
    assert (entry["finding"], entry["reason"], entry["until"]) == (name, reason, until)

    code, printed = seamline("run", "-p", folder)
    assert code == 0, printed
    assert f"(accepted until {until}: {reason})" in printed
    assert "API integration tests passed" in printed
    junit = ElementTree.parse(folder / "integration" / "junit.xml")
    assert not list(junit.iter("failure"))
    assert reason in (folder / "integration" / "API_Integration_Testing.md").read_text()
    _, printed = seamline("diff", "-p", folder)
    assert "Fixed  0" in printed
    assert "Accepted or unstable  1" in printed

    file.write_text(file.read_text().replace(until, in_days(-1)))
    code, printed = seamline("run", "-p", folder)
    assert code == 1
    assert f"{name} expired on {in_days(-1)}" in printed

    file.write_text(file.read_text().replace(in_days(-1), until))
    (folder / "integration" / SPECS).write_text(json.dumps(RIGHT))
    code, printed = seamline("run", "-p", folder)
    assert code == 0
    assert f"{name} is no longer needed" in printed
    assert "is no longer needed" not in seamline("run", "data", "-p", folder)[1]


def test_what_cannot_be_accepted_is_refused(tmp_path: Path) -> None:
    folder = write_project(tmp_path, WRONG, data=RULE)
    seamline("run", "-p", folder)
    words = ("--reason", "x", "--until", in_days(1), "-p", folder)
    code, printed = seamline("accept", "F-00000000", *words)
    assert code == 2
    assert "no finding F-00000000" in printed
    name = id_in(seamline("run", "-p", folder)[1])
    code, printed = seamline("accept", name, "--reason", " ", "--until", in_days(1), "-p", folder)
    assert code == 2
    assert "--reason" in printed
    code, printed = seamline("accept", name, "--reason", "x", "--until", in_days(-1), "-p", folder)
    assert code == 2
    assert "is over already" in printed
    (folder / "seamline.accepted.json").write_text('{"accepted": [{"finding": "F-1"}]}')
    code, printed = seamline("run", "-p", folder)
    assert code == 2
    assert "accepted.json:1:" in printed
    assert "eight hex digits" in printed


def test_history_and_what_runs_differ_in(tmp_path: Path) -> None:
    folder = write_project(tmp_path, WRONG, data=RULE)
    assert "No run is known yet." in seamline("history", "-p", folder)[1]
    assert seamline("diff", "-p", folder)[0] == 2
    _, first = seamline("run", "-p", folder)
    (folder / "integration" / SPECS).write_text(json.dumps(RIGHT))
    seamline("run", "-p", folder)
    seamline("run", "api", "-p", folder)
    code, printed = seamline("history", "-p", folder)
    assert code == 0
    lines = printed.splitlines()
    assert [line.split()[0] for line in lines] == ["#3", "#2", "#1"]
    assert ["passed" in line for line in lines] == [True, True, False]
    assert "a part" in lines[0]
    assert "1 error" in lines[2]
    code, printed = seamline("diff", "1", "2", "-p", folder)
    assert code == 0
    fixed = printed.index("Fixed")
    assert printed.index("New") < fixed < printed.index(id_in(first)) < printed.index("Still there")
    code, printed = seamline("diff", "1", "3", "-p", folder)
    assert "Fixed" not in printed  # a part was run: what it has not found may still be there
    assert printed.index("Not seen  1") < printed.index(id_in(first))
    code, printed = seamline("diff", "3", "1", "-p", folder)
    assert "New" not in printed
    assert printed.index("Only now  1") < printed.index(id_in(first))
    code, printed = seamline("diff", "1", "9", "-p", folder)
    assert code == 2
    assert "no run 9" in printed


def test_rollback_puts_back_what_passed_and_keeps_what_there_was(tmp_path: Path) -> None:
    folder = write_project(tmp_path, RIGHT, data=RULE)
    specs = folder / "integration" / SPECS
    assert seamline("rollback", "-y", "-p", folder)[0] == 2
    assert seamline("run", "-p", folder)[0] == 0
    good = specs.read_bytes()
    assert "already" in seamline("rollback", "-p", folder)[1]
    specs.write_text(json.dumps(WRONG))
    assert seamline("run", "-p", folder)[0] == 1
    code, printed = seamline("rollback", "-y", "-p", folder)
    assert code == 0, printed
    assert '-{"endpoint": "/health", "method": "GET", "expectedStatus": 404}' in printed
    assert specs.read_bytes() == good
    kept = folder / "integration" / ".seamline" / "before-rollback-1" / SPECS
    assert json.loads(kept.read_text()) == WRONG
    assert seamline("run", "-p", folder)[0] == 0
    code, printed = seamline("rollback", "--to", "2", "-p", folder)
    assert code == 2
    assert "did not pass as a whole" in printed


def test_rollback_without_a_history_goes_back_to_the_commit(tmp_path: Path) -> None:
    folder = write_project(tmp_path, RIGHT)
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(folder)]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "specs"]):
        subprocess.run([*git, *words], check=True)
    specs = folder / "integration" / SPECS
    specs.write_text(json.dumps(WRONG))
    code, printed = seamline("rollback", "-y", "-p", folder)
    assert code == 0, printed
    assert "the last commit" in printed
    assert json.loads(specs.read_text()) == RIGHT


def test_a_history_that_is_none_is_named(tmp_path: Path) -> None:
    folder = write_project(tmp_path, RIGHT, data=RULE)
    keep = folder / "integration" / ".seamline"
    keep.mkdir()
    (keep / "history.db").write_text("this is no database, but it is long enough to be read as one")
    code, printed = seamline("history", "-p", folder)
    assert code == 2
    assert "Delete it to begin a new history" in printed
    code, printed = seamline("run", "-p", folder)
    assert code == 0  # a report must never end a run
    assert "history.db cannot be used" in printed


def test_old_runs_are_forgotten_but_the_last_that_passed(tmp_path: Path) -> None:
    from seamline.workflow.history import KEPT, Entry, History

    history = History(tmp_path / "history.db")
    for number in range(KEPT + 20):
        entry = Entry(
            id=0, started=1.0, seconds=1.0, ended="completed", exit_code=int(number > 2),
            selected="", is_whole=True, seed=0, cases=1, requests=1, verdicts={},
        )  # fmt: skip
        history.add(entry, {"a.json": str(number)})
    passed = history.last_passed()
    assert passed is not None
    assert passed.id not in {e.id for e in history.runs()}  # it is beyond those that are listed
    assert history.texts(passed) == {"a.json": "2"}
    with sqlite3.connect(history.path) as connection:
        kept = connection.execute("SELECT min(id), count(*) FROM runs").fetchone()
    assert kept == (3, KEPT + 1)
