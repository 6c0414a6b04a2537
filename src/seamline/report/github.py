"""What GitHub Actions shows of a run: annotations beside the log, and a summary of the step."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from seamline.model.event import Event
from seamline.model.finding import Finding
from seamline.report.markdown.escape import code, prose
from seamline.report.recap import headline
from seamline.report.summary import Summary
from seamline.report.verdict import verdict
from seamline.report.words import count, seconds
from seamline.text.plain import one_line

_ANNOTATIONS = 10
"""GitHub shows ten errors and ten warnings of a step."""
_ROWS = 50


class GithubReporter:
    """Prints workflow commands to `stream` and appends Markdown to the `summary` file at close."""

    def __init__(self, stream: TextIO, summary: Path | None) -> None:
        self._stream, self._file = stream, summary
        self._summary = Summary()

    def on(self, event: Event) -> None:
        """Fold one event in."""
        self._summary.on(event)

    def close(self) -> None:
        """Print and write."""
        told = [f.finding for f in self._summary.findings if f.counts]
        for severity in ("error", "warning"):
            for finding in [f for f in told if f.severity == severity][:_ANNOTATIONS]:
                self._stream.write(_command(finding))
        self._stream.flush()
        if self._file is not None:
            with self._file.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(_page(self._summary, told))


def _command(finding: Finding) -> str:
    """A workflow command; what would end or split it is written in per cent."""
    title = _escaped(one_line(f"{finding.check} {finding.id}", 200), is_property=True)
    return f"::{finding.severity} title={title}::{_escaped(headline(finding))}\n"


def _escaped(text: str, *, is_property: bool = False) -> str:
    for sign in "%\r\n" + (":," if is_property else ""):
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _page(s: Summary, told: list[Finding]) -> str:
    lines = ["## Seamline", ""]
    for part in s.parts:
        ended = verdict(part, s)
        sign = "✅" if ended.state == "passed" else "❌"
        lines.append(f"{sign} **{prose(ended.line)}**  ")
    operations = count(s.operations_tested, "operation")
    lines += [
        "",
        f"{operations}, {count(s.cases, 'case')}, {count(s.requests, 'request')},"
        f" {count(s.row_changes, 'row change')}, {seconds(s.seconds)}",
    ]
    if told:
        lines += ["", "| Finding | Severity | Where | What |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {code(f.id)} | {f.severity} | {code(f.subject)} | {prose(f.title, 200)} |"
            for f in told[:_ROWS]
        ]
    if len(told) > _ROWS:
        lines += ["", f"and {len(told) - _ROWS:,} more"]
    return "\n".join(lines) + "\n"
