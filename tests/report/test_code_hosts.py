"""What code hosts get: SARIF, GitHub's annotations and summary."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from seamline.model.event import Event
from seamline.model.finding import Finding
from seamline.report import GithubReporter, SarifReporter

from ..command import seamline
from ..project import write_project
from .streams import Runs, case, finished, started
from .wrong import HOSTILE

WRONG = Finding(check="noServerError", severity="error", subject="GET /a", title="500", why="w")


def sarif(stream: list[Event], folder: Path) -> dict[str, Any]:
    reporter = SarifReporter(folder, endpoints="integration/e.json", data="integration/d.json")
    for event in stream:
        reporter.on(event)
    reporter.close()
    found: dict[str, Any] = json.loads((folder / "findings.sarif").read_text())
    return found


def github(stream: list[Event], folder: Path) -> tuple[list[str], str]:
    out, page = io.StringIO(), folder / "summary.md"
    page.write_text("before\n")
    reporter = GithubReporter(out, page)
    for event in stream:
        reporter.on(event)
    reporter.close()
    return out.getvalue().splitlines(), page.read_text()


def test_every_finding_is_a_result_with_its_rule_and_place(runs: Runs, tmp_path: Path) -> None:
    for name, stream in runs.items():
        (run,) = sarif(stream, tmp_path)["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert len({r["id"] for r in rules}) == len(rules), name
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] in ("error", "warning", "note")
            (place,) = result["locations"]
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert uri in ("integration/e.json", "integration/d.json")
            assert len(result["partialFingerprints"]["seamline/v1"]) == 12


def test_an_accepted_finding_is_suppressed(tmp_path: Path) -> None:
    accepted = replace(WRONG, accepted="until 2027-03-01: known")
    stream: list[Event] = [started(), case("c", "GET /a", (), findings=(accepted,)), finished()]
    (result,) = sarif(stream, tmp_path)["runs"][0]["results"]
    assert result["suppressions"][0]["justification"] == "until 2027-03-01: known"
    lines, page = github(stream, tmp_path)
    assert lines == []
    assert accepted.id not in page


def test_an_unstable_finding_is_a_note(tmp_path: Path) -> None:
    unstable = replace(WRONG, verdict="unstable")
    stream: list[Event] = [started(), case("c", "GET /a", (), findings=(unstable,)), finished()]
    (result,) = sarif(stream, tmp_path)["runs"][0]["results"]
    assert result["level"] == "note"
    assert github(stream, tmp_path)[0] == []


def test_a_finding_of_a_revision_stands_at_the_data_file(tmp_path: Path) -> None:
    lossy = replace(WRONG, check="rowsKept", subject="0003")
    stream: list[Event] = [started(), case("c", "GET /a", (), findings=(lossy,)), finished()]
    (result,) = sarif(stream, tmp_path)["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "integration/d.json"


def test_annotations_and_summary(tmp_path: Path) -> None:
    warned = replace(WRONG, severity="warning", check="contentType")
    stream: list[Event] = [started(), case("c", "GET /a", (), findings=(WRONG, warned)), finished()]
    lines, page = github(stream, tmp_path)
    assert lines[0].startswith(f"::error title=noServerError {WRONG.id}::{WRONG.id} error: GET /a")
    assert lines[1].startswith("::warning title=contentType F-")
    assert page.startswith("before\n## Seamline\n")
    assert f"| `{WRONG.id}` | error | `GET /a` | 500 |" in page


ANY_TEXT = st.text(max_size=30) | st.sampled_from([HOSTILE, "a\r\n::error::b", "%0A", "x,y:z"])


@given(ANY_TEXT, ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_no_text_gets_out_of_its_place(tmp_path_factory: Any, one: str, two: str) -> None:
    folder = tmp_path_factory.mktemp("hosts")
    finding = replace(WRONG, check=one or "c", subject=two, title=one, expected=two)
    stream: list[Event] = [started(), case("c", "GET /a", (), findings=(finding,)), finished()]
    lines, _ = github(stream, folder)
    assert len(lines) == 1
    title = lines[0].removeprefix("::error title=").partition("::")[0]
    assert not set(title) & set(":,\r\n")
    assert len(sarif(stream, folder)["runs"][0]["results"]) == 1


def test_a_run_on_github_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"endpoint": "/health", "method": "GET", "expectedStatus": 404}
    folder = write_project(tmp_path / "service", wrong)
    (tmp_path / ".git").mkdir()
    page = tmp_path / "page.md"
    monkeypatch.setitem(os.environ, "GITHUB_ACTIONS", "true")
    monkeypatch.setitem(os.environ, "GITHUB_STEP_SUMMARY", str(page))
    code, printed = seamline("run", "api", "-p", folder)
    assert code == 1
    assert "\n::error title=statusAsExpected F-" in printed
    assert "API integration tests failed: 1 finding" in page.read_text()
    (result,) = json.loads((folder / "integration" / "findings.sarif").read_text())["runs"][0][
        "results"
    ]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "service/integration/Endpoint_Validation_Specs.json"
