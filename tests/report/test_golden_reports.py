"""Whole outputs of whole runs, word for word. Times are fixed in the events, so nothing is normalised."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from seamline.report import JunitReporter, MarkdownReporter, Reporters, TerminalReporter

from .streams import Runs

NAMES = (
    "clean",
    "findings",
    "interrupted",
    "no-database",
    "zero-cases",
    "cut-off",
    "never-started",
)


@pytest.fixture(autouse=True)
def _width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quiet", [False, True], ids=["full", "quiet"])
def test_terminal(name: str, quiet: bool, runs: Runs, snapshot: SnapshotAssertion) -> None:
    stream = io.StringIO()
    reporter = TerminalReporter(stream, quiet=quiet)
    for event in runs[name]:
        reporter.on(event)
    reporter.close()
    assert stream.getvalue() == snapshot


@pytest.mark.parametrize("name", NAMES)
def test_documents(name: str, runs: Runs, snapshot: SnapshotAssertion, tmp_path: Path) -> None:
    reporters = Reporters([MarkdownReporter(tmp_path), JunitReporter(tmp_path / "junit.xml")])
    for event in runs[name]:
        reporters.on(event)
    reporters.close()
    assert reporters.failures == []
    written = {p.name: p.read_text() for p in sorted(tmp_path.iterdir())}
    assert set(written) == {
        "API_Integration_Testing.md",
        "Database_Integration_Testing.md",
        "junit.xml",
    }
    for file, text in written.items():
        assert text == snapshot(name=file)
