"""Two versions side by side, as every report tells of it."""

from __future__ import annotations

import io
from pathlib import Path

from seamline.model.event import Event, RolloutChecked, RolloutFinished, RunStarted
from seamline.model.finding import Finding
from seamline.report import JunitReporter, MarkdownReporter, TerminalReporter

STARTED = RunStarted(
    at=1.0, seamline="0", project="p", system="s", document="", engine="PostgreSQL", seed=0,
    cases=0, operations=(), tables=1, parts=("database",),
)  # fmt: skip
BROKEN = Finding(
    check="oldCodeOnNewSchema", severity="error", subject="GET /a", title="it breaks",
    expected="200", actual="500", verdict="confirmed",
)  # fmt: skip
CHECKED = RolloutChecked(
    at=1.0, operation="GET /a", old_on_new="breaks", new_on_old="absent", verdict="unsafe",
    cases=3, findings=(BROKEN,),
)  # fmt: skip
FINISHED = RolloutFinished(
    at=2.0, ref="live", commit="0123456789abcdef", verdict="unsafe", seconds=1.0,
    changes=("column a.b is gone",),
)  # fmt: skip


def told(folder: Path, *events: Event) -> tuple[str, str, str]:
    """The database document, the JUnit file, the terminal."""
    stream = io.StringIO()
    for reporter in (
        MarkdownReporter(folder),
        JunitReporter(folder / "junit.xml"),
        TerminalReporter(stream),
    ):
        for event in events:
            reporter.on(event)
        reporter.close()
    document = (folder / "Database_Integration_Testing.md").read_text()
    return document, (folder / "junit.xml").read_text(), stream.getvalue()


def test_an_unsafe_operation_has_its_line_and_its_finding_everywhere(tmp_path: Path) -> None:
    document, junit, terminal = told(tmp_path, STARTED, CHECKED, FINISHED)
    assert "unsafe: what runs now breaks over the present schema" in document
    assert "column a.b is gone" in document
    assert f"| `GET /a` | 3 | breaks | – | unsafe | {BROKEN.id}" in document.replace(
        f"`{BROKEN.id}`", BROKEN.id
    )
    assert "Findings of migration validation" in document
    assert "<failure" in junit
    assert 'type="oldCodeOnNewSchema"' in junit
    assert "Rollout" in terminal
    assert BROKEN.id in terminal


def test_what_could_not_be_compared_is_an_error_of_the_build(tmp_path: Path) -> None:
    event = RolloutFinished(at=2.0, ref="x", verdict="not known", seconds=0.0, error="no such x")
    document, junit, terminal = told(tmp_path, STARTED, event)
    assert "not compared: no such x" in document
    assert '<error message="no such x"' in junit
    assert "not compared: no such x" in terminal


def test_nothing_to_compare_is_said(tmp_path: Path) -> None:
    event = RolloutFinished(at=2.0, ref="x", verdict="not known", seconds=0.0, idle="all the same")
    document, junit, terminal = told(tmp_path, STARTED, event)
    assert "nothing to compare: all the same" in document
    assert "<error" not in junit
    assert "nothing to compare" in terminal
