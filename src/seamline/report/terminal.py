"""A run as a person watches it: stages, one line of progress, then the summary and the verdicts.

Where nobody watches (a pipe, a log, `TERM=dumb`) it is plain lines: no colour, nothing redrawn.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from seamline.model.event import (
    CaseFinished,
    ContractCompared,
    DataChecked,
    DocumentChecked,
    Errored,
    Event,
    FindingConfirmed,
    HistoryChecked,
    PairExplored,
    RevisionChecked,
    RevisionMeasured,
    RolloutChecked,
    RolloutFinished,
    RunStarted,
    StageFinished,
    SweepFinished,
)
from seamline.model.finding import Finding
from seamline.report.page import Line, Page, Span
from seamline.report.recap import SIGNS, STYLES, headline, recap, verdicts
from seamline.report.stream import SafeStream
from seamline.report.summary import Summary
from seamline.report.words import count, seconds
from seamline.text.plain import one_line

if TYPE_CHECKING:
    from seamline.report.live import Screen

_WIDEST = 100
_PLAIN_WIDTH = 80
_STAGE_WIDTH = 12
_ANNOUNCED = 50
"""Findings announced as they come; a system that fails everywhere must not drown its own summary."""


class TerminalReporter:
    """Shows a run on `stream`. `quiet` leaves only findings, one line each, and the verdicts.

    `page` is the file to look at afterwards, named at the end where it has been written.
    """

    def __init__(self, stream: TextIO, *, quiet: bool = False, page: Path | None = None) -> None:
        self._stream = SafeStream(stream)
        self._quiet = quiet
        self._report = page
        self._summary = Summary()
        self._announced: set[str] = set()
        self._screen: Screen | None = None
        self._closed = False
        self._width = _plain_width()
        if self._stream.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown"):
            from seamline.report.live import Screen  # rich, only for a terminal

            self._screen = Screen(self._stream)
            self._width = min(self._screen.width, _WIDEST)
            if not quiet:
                self._screen.start()

    def on(self, event: Event) -> None:  # noqa: PLR0912 - a branch a kind of event
        """Show one event."""
        self._summary.on(event)
        match event:
            case CaseFinished():
                for finding in event.findings:
                    self._found(finding)
                if self._screen is not None:
                    self._screen.done += 1
                    self._screen.doing = event.subject
            case (
                DocumentChecked()
                | ContractCompared()
                | RevisionChecked()
                | RevisionMeasured()
                | HistoryChecked()
                | RolloutChecked()
                | RolloutFinished()
                | SweepFinished()
                | PairExplored()
            ):
                if isinstance(event, RevisionChecked | RevisionMeasured):
                    self._doing(f"revision {event.revision}")
                elif isinstance(event, PairExplored):
                    self._doing(f"{event.first} and {event.second} at once")
                for finding in event.findings:
                    self._found(finding)
            case DataChecked():
                self._doing(f"rows of {event.table}")
                if event.finding is not None:
                    self._found(event.finding)
            case FindingConfirmed():
                self._found(event.finding)
                self._doing(f"trying again: {event.finding.subject}")
            case Errored():
                self._errored(event)
            case StageFinished() if not self._quiet:
                self._stage(event)
            case RunStarted() if not self._quiet:
                self._begin(event)

    def close(self) -> None:
        """Print the summary; the verdicts are the last lines."""
        if self._closed:
            return
        self.discard()
        page = self._page()
        if self._quiet:
            verdicts(self._summary, page)
        else:
            recap(self._summary, page, _written(self._report))
        self._print(page)

    def discard(self) -> None:
        """Give the terminal back as it was."""
        self._closed = True
        if self._screen is not None:
            self._screen.stop()
        self._stream.flush()

    def _begin(self, event: RunStarted) -> None:
        page = self._page()
        name = one_line(event.project, 60)
        page.add(Span(f"Seamline {event.seamline}", "bold"), Span(f" · {name}" if name else ""))
        operations = count(len(event.operations), "operation")
        if event.system:
            page.labelled("system", one_line(event.system, 200))
        if event.document or event.operations:
            document = one_line(event.document, 200) or "none"
            page.labelled("document", f"{document}, {operations}")
        tables = f", {count(event.tables, 'table')}" if event.tables or event.system else ""
        database = f"{one_line(event.engine, 80)}{tables}"
        page.labelled("database", database if event.engine else "none")
        if event.selected:
            page.labelled("selected", one_line(event.selected, 400))
        if event.system:
            page.labelled("plan", f"{count(event.cases, 'case')}, seed {event.seed}")
        self._print(page)
        if self._screen is not None:
            self._screen.total = event.cases

    def _stage(self, event: StageFinished) -> None:
        page = self._page()
        sign, style = ("✓", "green") if event.ok else ("✗", "bold red")
        name = one_line(event.stage, 40).ljust(_STAGE_WIDTH)
        detail = one_line(event.detail, 200)
        page.add(
            Span(sign, style),
            Span(f" {name} "),
            Span(detail),
            Span(f"  {seconds(event.seconds)}", "dim"),
        )
        self._print(page)

    def _found(self, finding: Finding) -> None:
        if self._screen is not None:
            self._screen.findings = len(self._summary.findings)
        known = len(self._announced)
        if finding.fingerprint in self._announced or known > _ANNOUNCED:
            return
        self._announced.add(finding.fingerprint)
        if self._screen is not None and not self._quiet:
            return  # the line of progress counts them, the summary shows them
        page = self._page()
        if known == _ANNOUNCED:
            page.add(Span("… further findings are in the summary"))
        else:
            text = f"{SIGNS[finding.severity]} {headline(finding)}"
            page.add(Span(text, STYLES[finding.severity]))
        self._print(page)

    def _errored(self, event: Errored) -> None:
        if self._screen is not None:
            self._screen.done += 1
        elif not self._quiet and self._summary.errored_count <= _ANNOUNCED:
            page = self._page()
            name = f"{one_line(event.subject, 80)} {one_line(event.case, 80)}".strip()
            page.add(Span(f"✗ could not be carried out: {name}", "red"))
            self._print(page)

    def _doing(self, text: str) -> None:
        if self._screen is not None:
            self._screen.doing = text

    def _page(self) -> Page:
        return Page(self._width, ascii_only=not self._stream.unicode)

    def _print(self, page: Page) -> None:
        for line in page.lines:
            if self._screen is not None:
                self._screen.paint(line)
            else:
                self._stream.write(_plain(line))
        self._stream.flush()


def _written(path: Path | None) -> str:
    """The path of a file that is there, as a person would type it here."""
    return os.path.relpath(path) if path is not None and path.exists() else ""


def _plain(line: Line) -> str:
    return "".join(span.text for span in line).rstrip() + "\n"


def _plain_width() -> int:
    """`COLUMNS` where someone set it, else what every log can show."""
    columns = os.environ.get("COLUMNS", "")
    return min(int(columns), _WIDEST) if columns.isdecimal() else _PLAIN_WIDTH
