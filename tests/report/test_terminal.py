from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import threading

import pytest
from msgspec.structs import replace

from seamline.model.event import Event
from seamline.model.finding import Evidence
from seamline.report import TerminalReporter

from .streams import Runs, case, finished, started
from .wrong import total_differs, transcript

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
LAST = "API integration tests passed\nDatabase integration tests passed\n"


def shown(stream: list[Event], *, encoding: str = "utf-8", quiet: bool = False) -> str:
    raw = io.BytesIO()
    text = io.TextIOWrapper(raw, encoding=encoding, newline="")
    reporter = TerminalReporter(text, quiet=quiet)
    for event in stream:
        reporter.on(event)
    reporter.close()
    reporter.close()
    return raw.getvalue().decode(encoding)


def test_plain_output_has_no_control_characters(runs: Runs) -> None:
    for stream in runs.values():
        text = shown(stream)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_the_last_lines_are_the_verdicts(runs: Runs) -> None:
    assert shown(runs["clean"]).endswith(f"\n{LAST}")
    assert shown(runs["clean"], quiet=True) == LAST
    assert "tests passed" not in shown(runs["cut-off"])
    assert "tests passed" not in shown(runs["zero-cases"])


@pytest.mark.parametrize("columns", [50, 80, 100])
def test_lines_keep_within_the_width(
    columns: int, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    summary = shown(runs["findings"]).partition("─\n")[2]
    long = [x for x in summary.splitlines() if len(x) > columns and not x.startswith("    try")]
    assert [x for x in long if "·" not in x and "tests failed" not in x] == []


def test_a_long_request_is_shown_by_its_beginning_and_where_all_of_it_is() -> None:
    long = transcript(curl=f"curl -i -H 'Padding: {'x' * 9000}'")
    finding = replace(total_differs(), evidence=Evidence(exchanges=(long,)))
    stream = io.StringIO()
    reporter = TerminalReporter(stream)
    for event in (started(), case("one", "POST /orders", (), findings=(finding,)), finished()):
        reporter.on(event)
    reporter.close()
    assert len(stream.getvalue()) < 3000
    assert f"seamline show {finding.id}" in stream.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_unicode_gets_ascii(encoding: str, runs: Runs) -> None:
    text = shown(runs["findings"], encoding=encoding)
    assert "x F-82ffbab9  error - confirmed" in text
    assert "quantity 5 -> 4" in text


def test_a_closed_stream_is_no_error(runs: Runs) -> None:
    stream = io.StringIO()
    stream.close()
    reporter = TerminalReporter(stream)
    for event in runs["clean"]:
        reporter.on(event)
    reporter.close()


SCRIPT = """
import sys
from seamline.report import TerminalReporter
from seamline.model.event import StageFinished
reporter = TerminalReporter(sys.stdout)
for n in range(2000):
    reporter.on(StageFinished(at=n, stage="s", detail="x" * 200, seconds=1.0))
reporter.close()
assert not [m for m in sys.modules if m.split(".")[0] == "rich"], "rich without a terminal"
print("done", file=sys.stderr)
"""


def test_a_reader_that_leaves_is_no_error_and_rich_is_not_imported() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == "done\n"
    assert process.returncode == 0


def on_a_pty(stream: list[Event], monkeypatch: pytest.MonkeyPatch, *, quiet: bool = False) -> str:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("NO_COLOR", raising=False)
    ours, theirs = pty.openpty()
    seen: list[bytes] = []

    def read() -> None:
        while True:
            try:
                seen.append(os.read(ours, 65536))
            except OSError:  # Linux: the other side was closed
                return

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        reporter = TerminalReporter(terminal, quiet=quiet)
        for event in stream:
            reporter.on(event)
        reporter.close()
    reader.join(20)
    os.close(ours)
    return b"".join(seen).decode()


def test_on_a_terminal_the_progress_goes_away_and_the_cursor_comes_back(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = on_a_pty(runs["findings"], monkeypatch)
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1
    words = ESCAPE.sub("", text).replace("\r\n", "\n")
    assert words.endswith(
        "API integration tests failed: 3 findings, 2 cases could not be judged\n"
        "Database integration tests failed: 1 finding\n"
    )
    assert "\x1b[31mred" not in text
    assert "\x1b]0;" not in text
    assert "\u202e" not in text


def test_a_quiet_terminal_shows_no_progress(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    text = on_a_pty(runs["clean"], monkeypatch, quiet=True)
    assert ESCAPE.sub("", text).replace("\r\n", "\n") == LAST


def test_a_dumb_terminal_is_no_terminal(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dumb(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "dumb")
    stream = Dumb()
    reporter = TerminalReporter(stream)
    for event in runs["clean"]:
        reporter.on(event)
    reporter.close()
    assert "\x1b" not in stream.getvalue()
